package schema

import (
	"fmt"
	"unicode/utf8"
)

// phrases checks that the spans are those of the caption, in order and without
// repeats, and every box of every phrase.
func (c *rowCheck) phrases(r *Row) {
	slicer := newSpanSlicer(r.Caption)
	for i := range r.Phrases {
		p := &r.Phrases[i]
		if text, ok := slicer.slice(p.Span); !ok {
			c.phrase(i, "start", "span [%d,%d) is not inside the caption", p.Start, p.End)
		} else if text != p.Text {
			c.phrase(i, "text", "is %q but caption[%d:%d] is %q", p.Text, p.Start, p.End, text)
		}
		if p.Text == "" {
			c.phrase(i, "text", "is empty")
		}
		if i > 0 && !r.Phrases[i-1].before(p.Span) {
			c.phrase(i, "start", "span [%d,%d) does not come after the phrase before it", p.Start, p.End)
		}
		if p.PhraseID < 0 {
			c.phrase(i, "phrase_id", "%d is negative", p.PhraseID)
		}
		for j, flag := range p.Flags {
			c.flag(i, j, flag)
		}
		c.grounding(i, r)
	}
}

// grounding checks the scores and boxes of a phrase.
func (c *rowCheck) grounding(i int, r *Row) {
	p := &r.Phrases[i]
	c.scores(i, p)
	for j := range p.Boxes {
		c.box(i, j, r, &p.Boxes[j].Box)
	}
}

// phrase records a problem; the path is formatted only when there is one.
func (c *rowCheck) phrase(i int, field, format string, args ...any) {
	c.Addf(fmt.Sprintf("phrases[%d].%s", i, field), format, args...)
}

func (c *rowCheck) flag(i, j int, flag string) {
	if flag == "" || !utf8.ValidString(flag) {
		c.phrase(i, fmt.Sprintf("flags[%d]", j), "%q is empty or not UTF-8", flag)
	}
}

// scores checks that all scores are stored scores in falling order, none of
// them above the phrase's best.
func (c *rowCheck) scores(i int, p *Phrase) {
	if problem := scoreProblem(p.BestScore); problem != "" {
		c.phrase(i, "best_score", "%v %s", p.BestScore, problem)
	}
	limit, name := p.BestScore, "best_score"
	for j := range p.Boxes {
		score := p.Boxes[j].Score
		if problem := scoreProblem(score); problem != "" {
			c.phrase(i, fmt.Sprintf("boxes[%d].score", j), "%v %s", score, problem)
		}
		if score > limit {
			c.phrase(i, fmt.Sprintf("boxes[%d].score", j), "%v is above %s, %v", score, name, limit)
		}
		limit, name = score, "the box before"
	}
}

// scoreProblem says what is wrong with a stored score, "" when nothing is.
func scoreProblem(s float32) string {
	switch {
	case !(s >= 0 && s <= 1): // NaN too
		return "is not in [0,1]"
	case !isScore(s):
		return "is not a multiple of 1e-4"
	}
	return ""
}

// isScore says whether QuantizeScore leaves a score in [0,1] as it is, in less
// time. The quotient of two whole numbers below 2^24 rounds to the same float32
// with and without a float64 in between (Figueroa 1995).
func isScore(s float32) bool { return float32(int32(s*1e4+0.5))/1e4 == s }

// box checks that a box is a rectangle with an area inside the image, on the
// stored grid.
func (c *rowCheck) box(i, j int, r *Row, b *Box) {
	inside := b.X1 >= 0 && b.Y1 >= 0 && b.X2 <= float32(r.Width) && b.Y2 <= float32(r.Height)
	if inside && b.X1 < b.X2 && b.Y1 < b.Y2 && isPixel(b.X1) && isPixel(b.Y1) && isPixel(b.X2) && isPixel(b.Y2) {
		return
	}
	path := fmt.Sprintf("boxes[%d]", j)
	switch {
	case b.hasNaN():
		c.phrase(i, path, "%v holds NaN", *b)
		return
	case !inside:
		c.phrase(i, path, "%v is not inside the %d×%d image", *b, r.Width, r.Height)
	}
	if b.X2 <= b.X1 || b.Y2 <= b.Y1 {
		c.phrase(i, path, "%v has no area", *b)
	}
	if !b.onGrid() {
		c.phrase(i, path, "%v is not on the grid of 1/64 pixel", *b)
	}
}

// isPixel says whether QuantizePixel leaves a coordinate inside an image as it
// is, in less time.
func isPixel(v float32) bool { return float32(int64(v*64)) == v*64 }

// onGrid says whether all four coordinates are stored coordinates.
func (b *Box) onGrid() bool {
	return QuantizePixel(b.X1) == b.X1 && QuantizePixel(b.Y1) == b.Y1 &&
		QuantizePixel(b.X2) == b.X2 && QuantizePixel(b.Y2) == b.Y2
}

func (b *Box) hasNaN() bool {
	return b.X1 != b.X1 || b.Y1 != b.Y1 || b.X2 != b.X2 || b.Y2 != b.Y2
}
