package diff

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/schema"
)

// mostLines is how many changes of a row are told.
const mostLines = 4

// line tells what happened to boxes of a phrase: those of A, and of B, by their
// numbers in it.
type line struct {
	text string
	a, b []int
}

// example tells what happened in a pair that makes it one of a class.
func (c *comparer) example(k class, p pair) Example {
	e := Example{ImageSHA256: hex.EncodeToString([]byte(p.any().digest)), Caption: shortened(p.any().caption), pair: p}
	if p.a != nil {
		e.KeyA = shortened(p.a.key)
	}
	if p.b != nil {
		e.KeyB = shortened(p.b.key)
	}
	if p.a != nil && p.b != nil {
		c.explain(k, &e)
	}
	return e
}

// explain tells what happened in a row that both have.
func (c *comparer) explain(k class, e *Example) {
	e.pair.a.phrases(&c.a)
	e.pair.b.phrases(&c.b)
	more := 0
	walk(c.a.phrases, c.b.phrases, func(i, j int) {
		if i < 0 || j < 0 {
			return
		}
		for _, l := range c.lines(k, c.a.phrases[i], c.b.phrases[j]) {
			e.mark(0, i, l.a)
			e.mark(1, j, l.b)
			if len(e.What) == mostLines {
				more++
				continue
			}
			e.What = append(e.What, fmt.Sprintf("“%s” %s", shortened(c.a.phrases[i].text), l.text))
		}
	})
	if more > 0 {
		e.What = append(e.What, fmt.Sprintf("and %d more", more))
	}
}

// mark makes boxes of a side strong.
func (e *Example) mark(side, phrase int, boxes []int) {
	for _, n := range boxes {
		e.strong[side] = append(e.strong[side], overlay.BoxNumber{Phrase: phrase, Box: n})
	}
}

// lines tells what happened to a joined phrase, as far as it is of a class.
func (c *comparer) lines(k class, a, b phrase) []line {
	boxesA, boxesB := c.a.of(a), c.b.of(b)
	best := "best score " + fromTo(score(a.best), score(b.best))
	switch {
	case k == ungroundedNow && a.grounded() && !b.grounded():
		return []line{{text: "had " + boxCount(len(boxesA)) + ", has none; " + best, a: numbers(len(boxesA))}}
	case k == groundedNow && b.grounded() && !a.grounded():
		return []line{{text: "had no box, has " + boxCount(len(boxesB)) + "; " + best, b: numbers(len(boxesB))}}
	}
	links := c.match(boxesA, boxesB)
	switch k {
	case lost:
		return lostLines(boxesA, links)
	case added:
		return addedLines(boxesB, links)
	case moved, rescored:
		return linkLines(k, boxesA, boxesB, links)
	}
	return nil
}

// lostLines tells of the boxes of A that no link has.
func lostLines(boxes []schema.ScoredBox, links []link) (lines []line) {
	for i, b := range boxes {
		if !slices.ContainsFunc(links, func(l link) bool { return l.a == i }) {
			lines = append(lines, line{text: fmt.Sprintf("lost a box with the score %.2f", b.Score), a: []int{i}})
		}
	}
	return lines
}

// addedLines tells of the boxes of B that no link has.
func addedLines(boxes []schema.ScoredBox, links []link) (lines []line) {
	for i, b := range boxes {
		if !slices.ContainsFunc(links, func(l link) bool { return l.b == i }) {
			lines = append(lines, line{text: fmt.Sprintf("got a box with the score %.2f", b.Score), b: []int{i}})
		}
	}
	return lines
}

// linkLines tells of the matched boxes of a class.
func linkLines(k class, a, b []schema.ScoredBox, links []link) (lines []line) {
	for _, l := range links {
		text := "score " + fromTo(a[l.a].Score, b[l.b].Score)
		switch class := classOf(a[l.a], b[l.b], l); {
		case class == boxMoved && k == moved:
			lines = append(lines, line{fmt.Sprintf("moved a box: IoU %.2f, %s", l.iou, text), []int{l.a}, []int{l.b}})
		case class == boxRescored && k == rescored:
			lines = append(lines, line{text, []int{l.a}, []int{l.b}})
		}
	}
	return lines
}

// numbers returns the numbers below n.
func numbers(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func boxCount(n int) string {
	if n == 1 {
		return "1 box"
	}
	return fmt.Sprintf("%d boxes", n)
}

// fromTo writes two scores with as many digits as tell them apart.
func fromTo(a, b float32) string {
	if x, y := fmt.Sprintf("%.2f", a), fmt.Sprintf("%.2f", b); a == b || x != y {
		return x + " → " + y
	}
	return fmt.Sprintf("%.4f → %.4f", a, b)
}
