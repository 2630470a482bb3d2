package filter

import (
	"cmp"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Filter applies a Config. It is safe for concurrent use.
type Filter struct {
	config Config
}

// New returns a Filter, or what Config.Validate finds.
func New(c Config) (*Filter, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.DropFlags = slices.Clone(c.DropFlags)
	return &Filter{config: c}, nil
}

// Apply returns the phrases of one image of width×height pixels with the boxes
// that all rules keep, in the order given, and what was removed. The input is
// not changed; the result shares its texts and flags.
func (f *Filter) Apply(width, height int, phrases []schema.Phrase) ([]schema.Phrase, Removals) {
	var removed Removals
	out := make([]schema.Phrase, 0, len(phrases))
	for _, p := range phrases {
		if f.drops(p.Flags) {
			removed.Phrases++
			removed.box(RuleDropFlags, int64(len(p.Boxes)))
			continue
		}
		p.Boxes = f.boxes(float64(width)*float64(height), p.Boxes, &removed)
		out = append(out, p)
	}
	return out, removed
}

func (f *Filter) drops(flags []string) bool {
	return slices.ContainsFunc(flags, func(flag string) bool {
		return slices.Contains(f.config.DropFlags, flag)
	})
}

// boxes returns the boxes that the rules keep, nil when there are none.
func (f *Filter) boxes(imageArea float64, boxes []schema.ScoredBox, removed *Removals) []schema.ScoredBox {
	var kept []schema.ScoredBox
	for _, b := range boxes {
		if rule := f.alone(imageArea, b); rule != "" {
			removed.box(rule, 1)
		} else {
			kept = append(kept, b)
		}
	}
	return f.together(kept, removed)
}

// alone returns the first rule that removes a box whatever the others are, or
// "".
func (f *Filter) alone(imageArea float64, b schema.ScoredBox) Rule {
	c := f.config
	switch {
	case !(b.Score > float32(c.MinScore)): // in float32: a stored 0.3 is above a float64 0.3
		return RuleMinScore
	case float64(min(b.Width(), b.Height())) < c.MinBoxSide:
		return RuleMinBoxSide
	case c.MaxRelativeArea > 0 && c.MaxRelativeArea < 1 && float64(b.Area()) > c.MaxRelativeArea*imageArea:
		return RuleMaxRelativeArea
	}
	return ""
}

// together applies the rules that compare the boxes of a phrase, best first.
func (f *Filter) together(boxes []schema.ScoredBox, removed *Removals) []schema.ScoredBox {
	var best []int // positions of the boxes kept, best first
	for _, i := range byScore(boxes) {
		switch {
		case f.overlaps(boxes, best, i):
			removed.box(RuleNMS, 1)
		case f.config.MaxBoxesPerPhrase > 0 && len(best) == f.config.MaxBoxesPerPhrase:
			removed.box(RuleMaxBoxes, 1)
		default:
			best = append(best, i)
		}
	}
	if len(best) == len(boxes) {
		return boxes
	}
	slices.Sort(best)
	kept := make([]schema.ScoredBox, len(best))
	for k, i := range best {
		kept[k] = boxes[i]
	}
	return kept
}

// overlaps says whether box i overlaps one of the better boxes too much.
func (f *Filter) overlaps(boxes []schema.ScoredBox, better []int, i int) bool {
	limit := float32(f.config.NMSIoU)
	if limit == 0 {
		return false
	}
	return slices.ContainsFunc(better, func(j int) bool {
		return boxes[i].IoU(boxes[j].Box) > limit
	})
}

// byScore returns the positions of the boxes by falling score, equal ones in
// their order.
func byScore(boxes []schema.ScoredBox) []int {
	order := make([]int, len(boxes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(boxes[j].Score, boxes[i].Score) })
	return order
}
