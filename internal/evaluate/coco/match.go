package coco

import (
	"cmp"
	"slices"
)

// Parameters of the protocol: Params of pycocotools.
var (
	thresholds = linspace(0.5, 0.95, 10) // of intersection over union
	recalls    = linspace(0, 1, 101)     // where precision is read off
	limits     = [...]int{1, 10, 100}    // detections an image and category
	areas      = [...]areaRange{{0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}}
)

const (
	allAreas  = 0   // index into areas
	maxPerCat = 100 // the last of limits
)

// areaRange is a range of areas in square pixels, both ends inclusive.
type areaRange struct{ least, most float64 }

func (r areaRange) holds(area float64) bool { return area >= r.least && area <= r.most }

// linspace is numpy's, rounding included: a threshold decides about boxes that
// lie exactly on it.
func linspace(start, stop float64, n int) []float64 {
	step := (stop - start) / float64(n-1)
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(float64(i)*step) + start
	}
	out[n-1] = stop
	return out
}

// cell is what one image has of one category.
type cell struct {
	truths     []*Truth
	detections []*Detection // best first, at most maxPerCat
	ious       [][]float64  // by detection and truth
}

// outcome is what became of a detection in one range of areas; bit i of matched
// and ignored is about thresholds[i].
type outcome struct {
	score            float64
	image            int32
	rank             int32 // among the detections of its image and category
	matched, ignored uint16
}

// newCell sorts the detections and computes every overlap.
func newCell(truths []*Truth, detections []*Detection) cell {
	slices.SortStableFunc(detections, func(a, b *Detection) int { return cmp.Compare(b.Score, a.Score) })
	c := cell{truths: truths, detections: detections[:min(len(detections), maxPerCat)]}
	for _, d := range c.detections {
		row := make([]float64, len(truths))
		for j, t := range truths {
			row[j] = d.Box.iou(t.Box, t.Crowd)
		}
		c.ious = append(c.ious, row)
	}
	return c
}

// match appends the outcome of each detection and returns how many truths a range
// of areas asks for. It is evaluateImg of pycocotools.
func (c cell) match(outcomes []outcome, image int, area areaRange) ([]outcome, int) {
	order, asked := c.order(area)
	first := len(outcomes)
	for i, d := range c.detections {
		outcomes = append(outcomes, outcome{score: d.Score, image: int32(image), rank: int32(i)})
	}
	taken := make([]bool, len(order))
	for bit, threshold := range thresholds {
		clear(taken)
		for i, d := range c.detections {
			o := &outcomes[first+i]
			best := c.best(i, order, asked, taken, threshold)
			switch {
			case best >= 0:
				taken[best] = true
				o.matched |= 1 << bit
				if best >= asked {
					o.ignored |= 1 << bit
				}
			case !area.holds(d.Box.area()):
				o.ignored |= 1 << bit
			}
		}
	}
	return outcomes, asked
}

// order returns the truths with those that are asked for first.
func (c cell) order(area areaRange) (order []int, asked int) {
	wanted := func(t *Truth) bool { return !t.Crowd && area.holds(t.Area) }
	for i, t := range c.truths {
		if wanted(t) {
			order = append(order, i)
		}
	}
	asked = len(order)
	for i, t := range c.truths {
		if !wanted(t) {
			order = append(order, i)
		}
	}
	return order, asked
}

// best returns the place in order of the truth that detection i is matched with,
// -1 for none: of those asked for, the best that is not taken, the last of equals;
// only without one, a truth that is ignored. A crowd is never taken.
func (c cell) best(i int, order []int, asked int, taken []bool, threshold float64) int {
	const almostOne = 1 - 1e-10
	best, least := -1, min(threshold, almostOne)
	for place, truth := range order {
		if taken[place] && !c.truths[truth].Crowd {
			continue
		}
		if best >= 0 && best < asked && place >= asked {
			break
		}
		if iou := c.ious[i][truth]; iou >= least {
			best, least = place, iou
		}
	}
	return best
}
