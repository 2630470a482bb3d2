package stats

import "math"

// Quantile returns the p-quantile of the standard normal distribution, NaN for
// p outside [0, 1].
func Quantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// twoSided returns the z of an interval of this confidence.
func twoSided(confidence float64) float64 { return Quantile(0.5 + confidence/2) }
