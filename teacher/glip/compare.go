package glip

import (
	"fmt"
	"math"
	"slices"
)

// maxDiff returns the largest absolute difference; NaN counts as infinite.
func maxDiff[T uint8 | float32](got, want []T) float64 {
	var largest float64
	for i := range got {
		if got[i] == want[i] {
			continue
		}
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		largest = max(largest, d)
	}
	return largest
}

// largest returns the largest magnitude.
func largest(values []float32) (most float64) {
	for _, v := range values {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

// detections compares two sets: every detection must have a partner of the same
// phrase with its score and box, within the tolerances.
func (o CheckOptions) detections(got []detection, want [][6]float64) Stage {
	stage := Stage{Name: "detections", Tolerance: o.ScoreTolerance}
	free := slices.Clone(got)
	missing := 0
	for _, w := range want {
		at := slices.IndexFunc(free, func(d detection) bool { return o.near(d, w) })
		if at < 0 {
			missing++
			continue
		}
		stage.MaxDiff = max(stage.MaxDiff, math.Abs(float64(free[at].score)-w[0]))
		free = slices.Delete(free, at, at+1)
	}
	if missing > 0 || len(free) > 0 {
		stage.MaxDiff = math.Inf(1)
		stage.Note = fmt.Sprintf("%d of %d missing, %d superfluous", missing, len(want), len(free))
	}
	return stage
}

func (o CheckOptions) near(d detection, want [6]float64) bool {
	edges := [4]float32{d.box.x1, d.box.y1, d.box.x2, d.box.y2}
	for i, e := range edges {
		if math.Abs(float64(e)-want[2+i]) > o.BoxTolerance {
			return false
		}
	}
	return float64(d.phrase) == want[1] && math.Abs(float64(d.score)-want[0]) <= o.ScoreTolerance
}
