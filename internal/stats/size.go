package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// SampleSize returns how many of a population must be judged, drawn at random, so
// that the interval of a share near p is at most ±half wide (Cochran, Sampling
// Techniques, §4.4: n0 = z²pq/d², n = n0/(1+(n0-1)/N)). A p of 0.5 is the worst
// case. A population of 0 has no end. The error says which argument is out of
// range.
func SampleSize(p, half, confidence float64, population int64) (int, error) {
	switch {
	case !(p > 0 && p < 1):
		return 0, fmt.Errorf("expected share %v is not in (0, 1)", p)
	case !(half > 0 && half < 1):
		return 0, fmt.Errorf("half width %v is not in (0, 1)", half)
	case !(confidence > 0 && confidence < 1):
		return 0, fmt.Errorf("confidence %v is not in (0, 1)", confidence)
	}
	z := twoSided(confidence)
	n := z * z * p * (1 - p) / (half * half)
	if population > 0 {
		n /= 1 + (n-1)/float64(population)
		n = math.Min(n, float64(population))
	}
	if n > math.MaxInt32 {
		return 0, fmt.Errorf("half width %v needs %.3g judgements; ask for a wider one", half, n)
	}
	return int(math.Ceil(n)), nil
}

// Size is a stratum before anything is drawn from it.
type Size struct {
	Population int64
	// Spread is the guess of sqrt(p(1-p)) by which Neyman's allocation weighs the
	// stratum; equal spreads give proportional allocation.
	Spread float64
}

// Allocate deals n draws out to strata: least to each, the others in proportion to
// Population times Spread, which is Neyman's optimum (J. R. Stat. Soc. 97, 1934;
// Cochran §5.5), and to none more than it has. Remainders go to the largest
// fractions, then to the first. The sum is n, or the whole population if that is
// smaller. It is an error if n has no room for the least of every stratum.
func Allocate(strata []Size, n, least int) ([]int, error) {
	out := make([]int, len(strata))
	left := n
	for i, s := range strata {
		out[i] = int(min(int64(least), s.Population))
		left -= out[i]
	}
	if left < 0 {
		return nil, fmt.Errorf("%d draws are too few for %d strata of %d each; ask for %d or more, or for fewer strata",
			n, len(strata), least, n-left)
	}
	for left > 0 {
		given := share(strata, out, left)
		if given == 0 {
			break // all is drawn
		}
		left -= given
	}
	return out, nil
}

// share deals draws out among the strata with room, by weight, and returns how
// many found room. What a stratum may get beyond its proportional share because
// others are full, the next round gives.
func share(strata []Size, out []int, draws int) (given int) {
	fractions := make([]float64, len(strata))
	total := 0.0
	for i, s := range strata {
		if int64(out[i]) < s.Population {
			total += s.weight()
		}
	}
	for i, s := range strata {
		room := int(s.Population - int64(out[i]))
		if room == 0 {
			fractions[i] = -1
			continue
		}
		exact := float64(draws) * s.weight() / total
		whole := min(int(exact), room)
		fractions[i] = exact - math.Floor(exact)
		out[i] += whole
		given += whole
	}
	return given + remainders(strata, out, fractions, draws-given)
}

// remainders gives at most one draw to each stratum, the largest fractions first.
func remainders(strata []Size, out []int, fractions []float64, draws int) (given int) {
	order := make([]int, len(strata))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(fractions[b], fractions[a]) })
	for _, i := range order {
		if given < draws && int64(out[i]) < strata[i].Population {
			out[i]++
			given++
		}
	}
	return given
}

// weight is what a stratum counts; a spread of 0 would never be drawn from.
func (s Size) weight() float64 { return float64(s.Population) * math.Max(s.Spread, 1e-3) }
