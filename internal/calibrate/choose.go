package calibrate

import (
	"fmt"
	"sort"

	"github.com/groundmill/groundmill/internal/stats"
)

// Choice is the threshold that was chosen, or why none was.
type Choice struct {
	Found     bool    `json:"found"`
	Threshold float64 `json:"threshold"` // 0 when none was found
	Start     float64 `json:"start"`     // where the sequence of tests began
	StartSize int     `json:"start_size"`
	Tested    int     `json:"tested"` // thresholds, that which failed included
	Reason    string  `json:"reason"` // of the end of the sequence, or of no sequence
}

// choose tests the thresholds of the curve from the strictest with enough
// judgements downwards, until one fails.
func (r *Report) choose() Choice {
	c := Choice{StartSize: StartSize(r.Precision, r.Confidence)}
	if n := len(r.judged.Uncovered); n > 0 {
		c.Reason = fmt.Sprintf("nothing is judged in %d of the strata, such as %q; judge some boxes of each", n, r.judged.Uncovered[0])
		return c
	}
	at := len(r.Curve) - 1
	for at >= 0 && r.Curve[at].Precision.Judged < c.StartSize {
		at--
	}
	if at < 0 {
		c.Reason = fmt.Sprintf("only %d boxes are judged, and less than %d say too little; judge more", r.Curve[0].Precision.Judged, c.StartSize)
		return c
	}
	c.Start = r.Curve[at].Threshold
	for ; at >= 0; at-- {
		c.Tested++
		p := r.Curve[at]
		if p.Precision.Lower < r.Precision {
			c.Reason = fmt.Sprintf("above %v the precision is %.4f, and its lower bound, %.4f, is less than %v",
				p.Threshold, p.Precision.Share, p.Precision.Lower, r.Precision)
			return c
		}
		c.Found, c.Threshold = true, p.Threshold
	}
	c.Reason = "it is the floor: lower scores were not judged"
	return c
}

// StartSize returns the least number of judgements with which a sequence of tests
// begins: with so many, half the allowed share of errors passes. With fewer a
// single error can end the sequence at its first test.
func StartSize(precision, confidence float64) int {
	passes := func(n int) bool {
		return stats.ExactLower((1+precision)/2*float64(n), float64(n), confidence) >= precision
	}
	most := 1
	for !passes(most) {
		most *= 2
	}
	return sort.Search(most, passes)
}

// chosen returns the point of the chosen threshold, which must be there.
func (r *Report) chosen() Point {
	for _, p := range r.Curve {
		if p.Threshold == r.Choice.Threshold {
			return p
		}
	}
	return Point{}
}
