package filter

import (
	"cmp"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Sieve applies a Filter to the rows of many images in place, and counts what it
// removes from all of them. Rows whose boxes are by falling score, as all stored
// ones are, cost no memory. It is not safe for concurrent use.
type Sieve struct {
	config    Config
	threshold float32
	area      bool    // whether max_relative_area is on
	iou       float32 // 0 when nms_iou is off

	boxes   [numRules]int64 // removed by each rule
	phrases int64           // removed by drop_flags
}

// Sieve returns a Sieve that has removed nothing yet.
func (f *Filter) Sieve() *Sieve {
	c := f.config
	s := &Sieve{
		config:    c,
		threshold: float32(c.MinScore), // as scores are stored: a stored 0.3 is above a float64 0.3
		area:      c.MaxRelativeArea > 0 && c.MaxRelativeArea < 1,
	}
	if c.NMSIoU < 1 {
		s.iou = float32(c.NMSIoU)
	}
	return s
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
		kept := s.together(s.alone(imageArea, p.Boxes))
		switch {
		case len(kept) == len(p.Boxes): // writing pointers is not free
		case len(kept) == 0:
			p.Boxes = nil
		default:
			p.Boxes = kept
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
	switch {
	case len(boxes) < 2:
		return boxes
	case !slices.IsSortedFunc(boxes, byScore): // no stored row is like this
		return s.outOfOrder(boxes)
	}
	kept := 0
	for i := range boxes {
		if s.loses(&boxes[i], boxes[:kept]) {
			continue
		}
		if kept < i {
			boxes[kept] = boxes[i]
		}
		kept++
	}
	return boxes[:kept]
}

// outOfOrder is together for boxes that are not by falling score; they keep their
// order.
func (s *Sieve) outOfOrder(boxes []schema.ScoredBox) []schema.ScoredBox {
	order := make([]int, len(boxes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return byScore(boxes[i], boxes[j]) })
	var better []schema.ScoredBox
	lost := make([]bool, len(boxes))
	for _, i := range order {
		if lost[i] = s.loses(&boxes[i], better); !lost[i] {
			better = append(better, boxes[i])
		}
	}
	kept := 0
	for i := range boxes {
		if !lost[i] {
			boxes[kept] = boxes[i]
			kept++
		}
	}
	return boxes[:kept]
}

// loses says whether a box must go because of the better ones that are kept, and
// counts it if so.
func (s *Sieve) loses(b *schema.ScoredBox, better []schema.ScoredBox) bool {
	switch {
	case s.overlaps(b, better):
		s.boxes[nmsIoU]++
	case s.config.MaxBoxesPerPhrase > 0 && len(better) == s.config.MaxBoxesPerPhrase:
		s.boxes[maxBoxes]++
	default:
		return false
	}
	return true
}

// overlaps says whether a box overlaps one of the better ones too much.
func (s *Sieve) overlaps(b *schema.ScoredBox, better []schema.ScoredBox) bool {
	if s.iou == 0 {
		return false
	}
	for i := range better {
		if b.IoU(better[i].Box) > s.iou {
			return true
		}
	}
	return false
}

// byScore orders boxes by falling score.
func byScore(a, b schema.ScoredBox) int { return cmp.Compare(b.Score, a.Score) }
