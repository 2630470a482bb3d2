package filter

import (
	"cmp"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Sieve applies a Filter to the rows of many images and counts what it drops from
// all of them. It is not safe for concurrent use.
type Sieve struct {
	config    Config
	threshold float32
	area      bool    // whether max_relative_area is on
	iou       float32 // 0 when nms_iou is off

	boxes   [numRules]int64 // dropped by each rule
	phrases int64           // dropped by drop_flags

	left   []int        // boxes of a phrase that no rule drops whatever the others are
	better []schema.Box // those of them that all rules keep
}

// Sieve returns a Sieve that has dropped nothing yet.
func (f *Filter) Sieve() *Sieve {
	c := f.config
	s := &Sieve{
		config:    c,
		threshold: float32(c.MinScore), // as scores are stored: a stored 0.3 is above a float64 0.3
		area:      f.limitsArea(),
	}
	if c.NMSIoU < 1 {
		s.iou = float32(c.NMSIoU)
	}
	return s
}

// Removals returns what was dropped since the Sieve was made.
func (s *Sieve) Removals() Removals {
	removed := Removals{Phrases: s.phrases}
	for i, rule := range Rules() {
		removed.box(rule, s.boxes[i])
	}
	return removed
}

// Narrow drops what the rules do not keep. The rows must show what Filter.Reads
// names. It allocates nothing for each row.
func (s *Sieve) Narrow(rows *schema.Selection) {
	for row := range rows.Rows() {
		limit := s.areaLimit(rows, row)
		for phrase, end := rows.Phrases(row); phrase < end; phrase++ {
			if !s.dropPhrase(rows, phrase) {
				s.together(rows, s.alone(rows, phrase, limit))
			}
		}
	}
}

// areaLimit returns the largest area that a box of a row may have, in square
// pixels; 0 when the rule is off.
func (s *Sieve) areaLimit(rows *schema.Selection, row int) float64 {
	if !s.area {
		return 0
	}
	width, height := rows.Size(row)
	return s.config.MaxRelativeArea * (float64(width) * float64(height))
}

// dropPhrase drops a phrase that carries a flag to drop, and says so.
func (s *Sieve) dropPhrase(rows *schema.Selection, phrase int) bool {
	if len(s.config.DropFlags) == 0 {
		return false
	}
	for flag, end := rows.Flags(phrase); flag < end; flag++ {
		if slices.Contains(s.config.DropFlags, rows.Flag(flag)) {
			from, to := rows.Boxes(phrase)
			s.phrases++
			s.boxes[dropFlags] += int64(to - from)
			rows.KeepPhrase(phrase, false)
			return true
		}
	}
	return false
}

// alone applies the rules that look at one box, and returns the boxes of a phrase
// that are left.
func (s *Sieve) alone(rows *schema.Selection, phrase int, areaLimit float64) []int {
	left := s.left[:0]
	for box, end := rows.Boxes(phrase); box < end; box++ {
		if !(rows.Score(box) > s.threshold) { // NaN too
			s.drop(rows, box, minScore)
			continue
		}
		b := rows.Box(box)
		switch {
		case float64(min(b.Width(), b.Height())) < s.config.MinBoxSide:
			s.drop(rows, box, minBoxSide)
		case s.area && float64(b.Area()) > areaLimit:
			s.drop(rows, box, maxRelativeArea)
		default:
			left = append(left, box)
		}
	}
	s.left = left
	return left
}

// together applies the rules that compare boxes of a phrase, best first.
func (s *Sieve) together(rows *schema.Selection, boxes []int) {
	if len(boxes) < 2 {
		return
	}
	byScore := func(a, b int) int { return cmp.Compare(rows.Score(b), rows.Score(a)) }
	if !slices.IsSortedFunc(boxes, byScore) { // no stored row is like this
		slices.SortStableFunc(boxes, byScore)
	}
	s.better = s.better[:0]
	for _, box := range boxes {
		b := rows.Box(box)
		switch {
		case s.overlaps(b):
			s.drop(rows, box, nmsIoU)
		case s.config.MaxBoxesPerPhrase > 0 && len(s.better) == s.config.MaxBoxesPerPhrase:
			s.drop(rows, box, maxBoxes)
		default:
			s.better = append(s.better, b)
		}
	}
}

// overlaps says whether a box overlaps one of the better ones too much.
func (s *Sieve) overlaps(b schema.Box) bool {
	if s.iou == 0 {
		return false
	}
	for i := range s.better {
		if b.IoU(s.better[i]) > s.iou {
			return true
		}
	}
	return false
}

// drop drops a box and counts it.
func (s *Sieve) drop(rows *schema.Selection, box int, rule ruleIndex) {
	rows.KeepBox(box, false)
	s.boxes[rule]++
}
