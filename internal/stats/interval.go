package stats

import "math"

// Interval is a range of shares, both ends included.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Wilson returns Wilson's score interval for hits of n trials. Both may be
// fractions, as effective sizes are. Without a trial nothing is known: [0, 1].
func Wilson(hits, n, confidence float64) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	z, p := twoSided(confidence), hits/n
	if math.IsInf(n, 1) {
		return Interval{p, p}
	}
	centre := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return interval((centre-half)/(1+z*z/n), (centre+half)/(1+z*z/n))
}

// WilsonCorrected is Wilson with the continuity correction of Newcombe
// (Statistics in Medicine 17, 1998, method 4): wider, for few trials.
func WilsonCorrected(hits, n, confidence float64) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	z, p := twoSided(confidence), hits/n
	out := Interval{0, 1}
	if hits > 0 {
		root := math.Sqrt(z*z - 2 - 1/n + 4*p*(n*(1-p)+1))
		out.Low = (2*n*p + z*z - 1 - z*root) / (2 * (n + z*z))
	}
	if hits < n {
		root := math.Sqrt(z*z + 2 - 1/n + 4*p*(n*(1-p)-1))
		out.High = (2*n*p + z*z + 1 + z*root) / (2 * (n + z*z))
	}
	return interval(out.Low, out.High)
}

// ExactLower returns Clopper and Pearson's one-sided lower bound: the share under
// which so many hits or more have a probability of just 1-confidence. Both counts
// may be fractions, as effective sizes are.
func ExactLower(hits, n, confidence float64) float64 {
	switch {
	case n <= 0 || hits <= 0:
		return 0
	case math.IsInf(n, 1):
		return 1 // the caller knows better: see Estimate.Lower
	}
	return betaQuantile(1-confidence, hits, max(n-hits, 0)+1)
}

// interval cuts rounding errors off.
func interval(low, high float64) Interval {
	return Interval{math.Max(low, 0), math.Min(high, 1)}
}
