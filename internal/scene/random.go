package scene

import (
	"math"
	"math/rand/v2"
)

// random is the source of all choices of one scene.
type random struct{ *rand.Rand }

// newRandom returns the source of scene i. Seed and number pass through SplitMix64's
// finaliser (Steele, Lea and Flood 2014), so that neighbouring scenes share no pattern.
func newRandom(seed uint64, i int) random {
	a := mix(seed + 0x9e3779b97f4a7c15)
	return random{rand.New(rand.NewPCG(a, mix(a^uint64(i))))}
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// chance is true with probability p.
func (r random) chance(p float64) bool { return r.Float64() < p }

// between returns an even draw from [low, high).
func (r random) between(low, high float64) float64 { return low + (high-low)*r.Float64() }

// logBetween returns a draw from [low, high) that is even on a logarithmic scale.
func (r random) logBetween(low, high float64) float64 {
	return low * math.Pow(high/low, r.Float64())
}

// in returns an even draw from s.
func (r random) in(s Span) int { return s.Min + r.IntN(s.Max-s.Min+1) }

// pick returns an even draw from options.
func pick[T any](r random, options []T) T { return options[r.IntN(len(options))] }

// A weighted option is drawn in proportion to its weight.
type weighted[T any] struct {
	weight int
	value  T
}

// choose returns a value of options in proportion to the weights.
func choose[T any](r random, options []weighted[T]) T {
	total := 0
	for _, o := range options {
		total += o.weight
	}
	n := r.IntN(total)
	for _, o := range options {
		if n -= o.weight; n < 0 {
			return o.value
		}
	}
	panic("scene: weights must be positive") // n < total: the loop has returned
}
