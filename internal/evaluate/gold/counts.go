package gold

import (
	"slices"

	"github.com/groundmill/groundmill/internal/evaluate"
	"github.com/groundmill/groundmill/schema"
)

// Counts are what happened to some gold phrases.
type Counts struct {
	Present      int32 // phrases that name something in the picture
	Hit, Hit75   int32 // of them, whose best box has an IoU of 0.5 or 0.75 with a true one
	PresentAbove int32 // of them, whose best score is above the threshold
	Absent       int32 // phrases that name nothing in the picture
	AbsentAbove  int32 // of them, whose best score is above the threshold

	Boxes   int32 // above the threshold
	Matched int32 // of them, that hit a true one, each true one once
	Truths  int32 // true boxes
}

const numCounts = 9

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.Present += o.Present
	c.Hit += o.Hit
	c.Hit75 += o.Hit75
	c.PresentAbove += o.PresentAbove
	c.Absent += o.Absent
	c.AbsentAbove += o.AbsentAbove
	c.Boxes += o.Boxes
	c.Matched += o.Matched
	c.Truths += o.Truths
}

// slice returns the counts as a row for resampling.
func (c Counts) slice() [numCounts]int32 {
	return [numCounts]int32{c.Present, c.Hit, c.Hit75, c.PresentAbove, c.Absent, c.AbsentAbove, c.Boxes, c.Matched, c.Truths}
}

// rateNames name the figures of rates.
var rateNames = []string{"R@1 0.5", "R@1 0.75", "precision", "recall", "present called present", "absent called present"}

// rates are the figures of summed counts, in the order of Counts.slice.
func rates(c []int64) []float64 {
	return []float64{
		evaluate.Ratio(c[1], c[0]), evaluate.Ratio(c[2], c[0]),
		evaluate.Ratio(c[7], c[6]), evaluate.Ratio(c[7], c[8]),
		evaluate.Ratio(c[3], c[0]), evaluate.Ratio(c[5], c[4]),
	}
}

// Count compares the boxes found for one phrase, by falling score, with its true
// boxes. best is the highest score of the phrase, also below every threshold.
func Count(truths []schema.Box, found []schema.ScoredBox, best, minScore float32) (c Counts) {
	confident := Above(found, minScore)
	c.Boxes = int32(len(confident))
	if len(truths) == 0 {
		c.Absent, c.AbsentAbove = 1, one(best > minScore)
		return c
	}
	c.Present, c.PresentAbove, c.Truths = 1, one(best > minScore), int32(len(truths))
	if len(found) > 0 {
		_, iou := nearest(found[0].Box, truths)
		c.Hit, c.Hit75 = one(iou >= 0.5), one(iou >= 0.75)
	}
	c.Matched = matches(confident, truths)
	return c
}

// Above returns the boxes, which are by falling score, above a score.
func Above(boxes []schema.ScoredBox, score float32) []schema.ScoredBox {
	n := slices.IndexFunc(boxes, func(b schema.ScoredBox) bool { return b.Score <= score })
	if n < 0 {
		return boxes
	}
	return boxes[:n]
}

// matches counts the boxes that hit a truth that no better box has hit.
func matches(boxes []schema.ScoredBox, truths []schema.Box) (n int32) {
	left := slices.Clone(truths)
	for _, b := range boxes {
		if i, iou := nearest(b.Box, left); iou >= 0.5 {
			left = slices.Delete(left, i, i+1)
			n++
		}
	}
	return n
}

// nearest returns the truth with the highest overlap, and that overlap, 0 without
// any.
func nearest(b schema.Box, truths []schema.Box) (at int, iou float32) {
	for i, t := range truths {
		if v := b.IoU(t); v > iou {
			at, iou = i, v
		}
	}
	return at, iou
}

func one(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
