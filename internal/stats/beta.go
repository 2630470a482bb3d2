package stats

import "math"

// betaQuantile returns the x at which the distribution function of Beta(a, b) is
// p, by bisection: the function is monotone, and 60 halvings leave 1e-18.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		middle := (low + high) / 2
		if betaCDF(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// betaCDF is the regularised incomplete beta function I_x(a, b), by the continued
// fraction DLMF 8.17.22 on the side where it converges fast (8.17.4).
func betaCDF(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaCDF(1-x, b, a)
	}
	lgab, _ := math.Lgamma(a + b)
	lga, _ := math.Lgamma(a)
	lgb, _ := math.Lgamma(b)
	front := math.Exp(lgab - lga - lgb + a*math.Log(x) + b*math.Log1p(-x))
	return front / (a * betaFraction(x, a, b))
}

// betaFraction evaluates 1 + d1/(1 + d2/(1 + ...)) by Lentz's method. It takes
// about sqrt(max(a, b)) terms.
func betaFraction(x, a, b float64) float64 {
	const tiny, enough = 1e-300, 1e-15
	f, c, d := 1.0, 1.0, 0.0
	for n := 1; n < 100_000; n++ {
		term := betaTerm(n, x, a, b)
		d = 1 / nonZero(1+term*d, tiny)
		c = nonZero(1+term/c, tiny)
		f *= c * d
		if math.Abs(c*d-1) < enough {
			break
		}
	}
	return f
}

// betaTerm returns the n-th coefficient d_n, n from 1.
func betaTerm(n int, x, a, b float64) float64 {
	m := float64(n / 2)
	if n%2 == 0 {
		return m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
	}
	return -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
}

func nonZero(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}
