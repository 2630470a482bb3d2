package diff

import (
	"math"
	"slices"
	"strconv"
)

// Distribution is how some values are spread. Counts are exact.
type Distribution struct {
	ID        string     `json:"id"`
	N         int64      `json:"n"`
	Quantiles []Quantile `json:"quantiles"`
	Bins      []Bin      `json:"bins"`
}

// Quantile is the value that a share Q of all do not pass.
type Quantile struct {
	Q     float64 `json:"q"`
	Value float64 `json:"value"`
}

// Bin counts the values from From up to but not including To.
type Bin struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
	N    int64   `json:"n"`
}

// The measures have steps of equal size: score changes those in which scores are
// stored, IoUs thousandths.
const (
	scoreSteps = 10_000
	iouSteps   = 1_000
	mostBars   = 32
)

// changes counts what matched boxes that are not the same differ by.
type changes struct {
	scores []int64 // from -1 to 1
	ious   []int64 // of the moved, from 0 to below 1, where those that round to 1 are too
}

// add counts a box. Nil counts nothing.
func (c *changes) add(change int, iou float32, moved bool) {
	if c == nil {
		return
	}
	if c.scores == nil {
		c.scores, c.ious = make([]int64, 2*scoreSteps+1), make([]int64, iouSteps)
	}
	c.scores[change+scoreSteps]++
	if moved {
		c.ious[min(int(float64(iou)*iouSteps), iouSteps-1)]++
	}
}

func (c *changes) merge(o *changes) {
	if o.scores == nil {
		return
	}
	if c.scores == nil {
		c.scores, c.ious = slices.Clone(o.scores), slices.Clone(o.ious)
		return
	}
	for i, n := range o.scores {
		c.scores[i] += n
	}
	for i, n := range o.ious {
		c.ious[i] += n
	}
}

// distributions returns those of score changes and of IoUs.
func (c *changes) distributions() []Distribution {
	return []Distribution{
		distribution("score_change", c.scores, -scoreSteps, scoreSteps, []int{10, 20, 50, 100, 200, 500, 1000}),
		distribution("moved_iou", c.ious, 0, iouSteps, []int{5, 10, 20, 50, 100}),
	}
}

// distribution makes one of counted steps, the first of which is number from, with
// bars of the narrowest of some widths that make few enough.
func distribution(id string, counts []int64, from, steps int, widths []int) Distribution {
	d := Distribution{ID: id, Quantiles: []Quantile{}, Bins: []Bin{}}
	for _, n := range counts {
		d.N += n
	}
	if d.N == 0 {
		return d
	}
	value := func(i int) float64 { return float64(i) / float64(steps) }
	for _, q := range []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99} {
		d.Quantiles = append(d.Quantiles, Quantile{q, value(from + quantile(counts, d.N, q))})
	}
	first, last := from+quantile(counts, d.N, 0), from+quantile(counts, d.N, 1)
	width := widths[len(widths)-1]
	for _, w := range slices.Backward(widths) {
		if (last-first)/w < mostBars {
			width = w
		}
	}
	// Ten bars make a round number, so that labels are round whichever bars have one.
	for lower := floorDiv(first, 10*width) * 10 * width; lower <= last; lower += width {
		b := Bin{From: value(lower), To: value(lower + width)}
		for _, n := range counts[max(lower-from, 0):min(lower-from+width, len(counts))] {
			b.N += n
		}
		d.Bins = append(d.Bins, b)
	}
	return d
}

// quantile returns the first step up to which at least a share q of all n lie.
func quantile(counts []int64, n int64, q float64) int {
	need := max(int64(math.Ceil(q*float64(n))), 1)
	for i, here := range counts {
		if need -= here; need <= 0 {
			return i
		}
	}
	return len(counts) - 1
}

// floorDiv is a/b rounded down.
func floorDiv(a, b int) int { return int(math.Floor(float64(a) / float64(b))) }

// decimals writes a number with so many of them.
func decimals(v float64, n int) string { return strconv.FormatFloat(v, 'f', n, 64) }
