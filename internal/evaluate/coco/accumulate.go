package coco

import (
	"cmp"
	"math"
	"slices"
)

// ranked are the outcomes of one category in one range of areas, best first.
type ranked struct {
	outcomes []outcome
	asked    []imageCount // truths that are asked for, by image
}

type imageCount struct{ image, n int32 }

// newRanked sorts the outcomes; equal scores keep the order of the images. Those
// that are ignored at every threshold change nothing and are dropped, which halves
// the work of resampling.
func newRanked(outcomes []outcome, asked []imageCount) *ranked {
	all := uint16(1)<<len(thresholds) - 1
	outcomes = slices.DeleteFunc(outcomes, func(o outcome) bool { return o.ignored == all })
	slices.SortStableFunc(outcomes, func(a, b outcome) int { return cmp.Compare(b.score, a.score) })
	return &ranked{outcomes, asked}
}

// weights say how often each image counts; nil is once each. Counting an image
// twice is as good as having it twice: precision rises within a run of matches and
// falls within one of misses, so the envelope only sees the ends of runs. Of equal
// scores within an image, whose order is arbitrary, the copies stand together.
type weights []int32

func (w weights) of(image int32) int {
	if w == nil {
		return 1
	}
	return int(w[image])
}

// truths returns how many truths are asked for.
func (r *ranked) truths(w weights) (n int) {
	for _, c := range r.asked {
		n += w.of(c.image) * int(c.n)
	}
	return n
}

// recall returns for each threshold the share of n truths that are found by the
// best limit detections of each image.
func (r *ranked) recall(w weights, n, limit int) (out [10]float64) {
	var found [10]int
	for i := range r.outcomes {
		o := &r.outcomes[i]
		weight := w.of(o.image)
		if weight == 0 || int(o.rank) >= limit {
			continue
		}
		for bit, hits := 0, o.matched&^o.ignored; hits != 0; bit, hits = bit+1, hits>>1 {
			found[bit] += weight * int(hits&1)
		}
	}
	for i := range out {
		out[i] = float64(found[i]) / float64(n)
	}
	return out
}

// curve is the precision after each match, by rising recall.
type curve struct{ recall, precision []float64 }

// precision returns for each threshold the mean of the interpolated precision over
// recalls: accumulate of pycocotools.
func (r *ranked) precision(w weights, n int) (out [10]float64) {
	var c curve
	for bit := range out {
		c.fill(r.outcomes, w, n, bit)
		out[bit] = c.mean()
	}
	return out
}

func (c *curve) fill(outcomes []outcome, w weights, n, bit int) {
	const epsilon = 0x1p-52 // numpy.spacing(1)
	c.recall, c.precision = c.recall[:0], c.precision[:0]
	hits, misses := 0, 0
	for i := range outcomes {
		o := &outcomes[i]
		weight := w.of(o.image)
		if o.ignored>>bit&1 != 0 || weight == 0 {
			continue
		}
		if o.matched>>bit&1 == 0 {
			misses += weight
			continue
		}
		hits += weight
		c.recall = append(c.recall, float64(hits)/float64(n))
		c.precision = append(c.precision, float64(hits)/(float64(misses+hits)+epsilon))
	}
}

// mean reads the envelope of the curve at recalls; what is never reached is 0.
func (c *curve) mean() (sum float64) {
	for i := len(c.precision) - 1; i > 0; i-- {
		c.precision[i-1] = max(c.precision[i-1], c.precision[i])
	}
	at := 0
	for _, r := range recalls {
		for at < len(c.recall) && c.recall[at] < r {
			at++
		}
		if at == len(c.recall) {
			break
		}
		sum += c.precision[at]
	}
	return sum / float64(len(recalls))
}

// average is the mean of values over categories; NaN without any.
type average struct {
	sum float64
	n   int
}

func (a *average) add(values ...float64) {
	for _, v := range values {
		a.sum += v
		a.n++
	}
}

func (a *average) value() float64 {
	if a.n == 0 {
		return math.NaN()
	}
	return a.sum / float64(a.n)
}
