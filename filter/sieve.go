package filter

import (
	"cmp"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Sieve applies a Filter to the rows of many images in place: it allocates
// nothing per row, and counts what it removes from all of them. It is not safe
// for concurrent use.
type Sieve struct {
	config    Config
	threshold float32
	area      bool // whether max_relative_area is on

	boxes   [numRules]int64 // removed by each rule
	phrases int64           // removed by drop_flags

	order, best []int // positions of the boxes of a phrase
}

// Sieve returns a Sieve that has removed nothing yet.
func (f *Filter) Sieve() *Sieve {
	c := f.config
	return &Sieve{
		config:    c,
		threshold: float32(c.MinScore), // as scores are stored: a stored 0.3 is above a float64 0.3
		area:      c.MaxRelativeArea > 0 && c.MaxRelativeArea < 1,
	}
}

// Removals returns what was removed since the Sieve was made.
func (s *Sieve) Removals() Removals {
	removed := Removals{Phrases: s.phrases}
	for i, rule := range Rules() {
		removed.box(rule, s.boxes[i])
	}
	return removed
}

// Narrow returns the phrases of one image of width×height pixels with the boxes
// that all rules keep, in the order given. The result takes the place of the
// phrases and of their boxes.
func (s *Sieve) Narrow(width, height int, phrases []schema.Phrase) []schema.Phrase {
	if len(s.config.DropFlags) > 0 {
		phrases = slices.DeleteFunc(phrases, s.drops)
	}
	imageArea := float64(width) * float64(height)
	for i := range phrases {
		p := &phrases[i]
		if p.Boxes = s.together(s.alone(imageArea, p.Boxes)); len(p.Boxes) == 0 {
			p.Boxes = nil
		}
	}
	return phrases
}

// drops says whether a phrase carries a flag to drop, and counts it if so.
func (s *Sieve) drops(p schema.Phrase) bool {
	for _, flag := range p.Flags {
		if slices.Contains(s.config.DropFlags, flag) {
			s.phrases++
			s.boxes[dropFlags] += int64(len(p.Boxes))
			return true
		}
	}
	return false
}

// alone applies the rules that look at one box.
func (s *Sieve) alone(imageArea float64, boxes []schema.ScoredBox) []schema.ScoredBox {
	kept := 0
	for i := range boxes {
		if rule := s.judge(imageArea, &boxes[i]); rule != numRules {
			s.boxes[rule]++
			continue
		}
		if kept < i {
			boxes[kept] = boxes[i]
		}
		kept++
	}
	return boxes[:kept]
}

// judge returns the first rule that removes a box whatever the others are, or
// numRules.
func (s *Sieve) judge(imageArea float64, b *schema.ScoredBox) ruleIndex {
	switch {
	case !(b.Score > s.threshold): // NaN too
		return minScore
	case float64(min(b.Width(), b.Height())) < s.config.MinBoxSide:
		return minBoxSide
	case s.area && float64(b.Area()) > s.config.MaxRelativeArea*imageArea:
		return maxRelativeArea
	}
	return numRules
}

// together applies the rules that compare the boxes of a phrase, best first.
func (s *Sieve) together(boxes []schema.ScoredBox) []schema.ScoredBox {
	if len(boxes) < 2 {
		return boxes
	}
	s.best = s.best[:0] // of the boxes kept, best first
	for _, i := range s.byScore(boxes) {
		switch {
		case s.overlaps(boxes, i):
			s.boxes[nmsIoU]++
		case s.config.MaxBoxesPerPhrase > 0 && len(s.best) == s.config.MaxBoxesPerPhrase:
			s.boxes[maxBoxes]++
		default:
			s.best = append(s.best, i)
		}
	}
	if len(s.best) == len(boxes) {
		return boxes
	}
	slices.Sort(s.best)
	for k, i := range s.best {
		boxes[k] = boxes[i]
	}
	return boxes[:len(s.best)]
}

// overlaps says whether box i overlaps one of the better boxes that are kept too
// much.
func (s *Sieve) overlaps(boxes []schema.ScoredBox, i int) bool {
	limit := float32(s.config.NMSIoU)
	if limit == 0 || limit >= 1 {
		return false
	}
	for _, j := range s.best {
		if boxes[i].IoU(boxes[j].Box) > limit {
			return true
		}
	}
	return false
}

// byScore returns the positions of the boxes by falling score, equal ones in
// their order: that in which they are stored.
func (s *Sieve) byScore(boxes []schema.ScoredBox) []int {
	s.order = s.order[:0]
	sorted := true
	for i := range boxes {
		s.order = append(s.order, i)
		sorted = sorted && (i == 0 || boxes[i-1].Score >= boxes[i].Score)
	}
	if !sorted {
		slices.SortStableFunc(s.order, func(i, j int) int { return cmp.Compare(boxes[j].Score, boxes[i].Score) })
	}
	return s.order
}
