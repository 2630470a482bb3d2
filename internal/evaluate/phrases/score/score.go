package score

import (
	"cmp"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Gold is a caption with the phrases that people marked.
type Gold struct {
	Caption string
	Phrases []Phrase
}

// Phrase is one gold phrase.
type Phrase struct {
	Span  schema.Span
	Boxed bool // it has a box in the image and is no pronoun
}

// Counts are the phrases of one kind of agreement.
type Counts struct{ Matched, Found, Gold int }

// Precision returns the share of the found phrases that match, 0 without any.
func (c Counts) Precision() float64 { return ratio(c.Matched, c.Found) }

// Recall returns the share of the gold phrases that are matched, 0 without any.
func (c Counts) Recall() float64 { return ratio(c.Matched, c.Gold) }

// F1 returns the harmonic mean of precision and recall, 0 without any phrase.
func (c Counts) F1() float64 { return ratio(2*c.Matched, c.Found+c.Gold) }

func ratio(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func (c *Counts) add(o Counts) {
	c.Matched += o.Matched
	c.Found += o.Found
	c.Gold += o.Gold
}

// Row is the agreement over one caption, or the sum over several.
type Row struct {
	Exact, Head, IoU     Counts
	Boxed                int // gold phrases with a box
	BoxedExact, BoxedIoU int // of them, the matched ones
}

// Add adds o to r.
func (r *Row) Add(o Row) {
	r.Exact.add(o.Exact)
	r.Head.add(o.Head)
	r.IoU.add(o.IoU)
	r.Boxed += o.Boxed
	r.BoxedExact += o.BoxedExact
	r.BoxedIoU += o.BoxedIoU
}

// Caption compares the phrases found in one caption with its gold ones.
func Caption(g Gold, found []schema.Span) (r Row) {
	heads := newHeads(g.Caption)
	exact := match(g.Phrases, found, func(a, b schema.Span) float64 {
		if a == b {
			return 1
		}
		return 0
	})
	head := match(g.Phrases, found, func(a, b schema.Span) float64 {
		if heads.of(a) == heads.of(b) {
			return 1 + a.IoU(b)
		}
		return 0
	})
	half := match(g.Phrases, found, func(a, b schema.Span) float64 {
		if v := a.IoU(b); v >= 0.5 {
			return v
		}
		return 0
	})
	counts := func(matched []int) Counts { return Counts{len(matched), len(found), len(g.Phrases)} }
	r.Exact, r.Head, r.IoU = counts(exact), counts(head), counts(half)
	r.BoxedExact, r.BoxedIoU = boxed(g.Phrases, exact), boxed(g.Phrases, half)
	for _, p := range g.Phrases {
		if p.Boxed {
			r.Boxed++
		}
	}
	return r
}

func boxed(phrases []Phrase, matched []int) (n int) {
	for _, i := range matched {
		if phrases[i].Boxed {
			n++
		}
	}
	return n
}

// match returns the gold phrases that are matched, one to one, pairs of a high
// agreement first; an agreement of 0 is none.
func match(gold []Phrase, found []schema.Span, agreement func(a, b schema.Span) float64) (matched []int) {
	type pair struct {
		value       float64
		gold, found int
	}
	var pairs []pair
	for i, g := range gold {
		for j, f := range found {
			if v := agreement(g.Span, f); v > 0 {
				pairs = append(pairs, pair{v, i, j})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.value, a.value) })
	used := make(map[int]bool)
	for _, p := range pairs {
		if !slices.Contains(matched, p.gold) && !used[p.found] {
			matched = append(matched, p.gold)
			used[p.found] = true
		}
	}
	return matched
}

// pronouns are the phrases that no grounding model can place by their text.
var pronouns = strings.Fields("i me my mine you your yours he him his she her hers it its they them " +
	"their theirs we us our ours who whom which that this these those there himself herself itself " +
	"themselves each other one another someone something anyone anything everyone everything nobody " +
	"nothing what both all others")

// IsPronoun reports whether a phrase is a pronoun, whatever its case.
func IsPronoun(text string) bool { return slices.Contains(pronouns, strings.ToLower(text)) }
