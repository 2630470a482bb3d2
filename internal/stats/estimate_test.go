package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStratified(t *testing.T) {
	tests := []struct {
		name   string
		strata []Stratum
		want   Estimate
	}{
		{"one stratum is a binomial", []Stratum{{1e18, 100, 100, 90}}, Estimate{0.9, 100, 99}}, // pq/(n-1)
		{"nothing", nil, Estimate{math.NaN(), 0, 0}},
		{"nothing in the domain", []Stratum{{50, 10, 0, 0}}, Estimate{math.NaN(), 0, 0}},
		{"nothing judged in one", []Stratum{{1e18, 10, 10, 10}, {50, 0, 0, 0}}, Estimate{1, 10, 10}},
		{"a census", []Stratum{{10, 10, 10, 9}, {5, 5, 5, 5}}, Estimate{14.0 / 15, 15, math.Inf(1)}},
		// W = .8, .2; p = .9, .5: share .82. Kish: 1/(.64/50+.04/50) = 73.53; variance:
		// .64*.09/49 + .04*.25/49 = .0013796, and .82*.18/.0013796 = 106.99 (by hand).
		{"weights cost", []Stratum{{8e17, 50, 50, 45}, {2e17, 50, 50, 25}}, Estimate{0.82, 100, 73.52941176470588}},
		// The heavy stratum is the uncertain one: the variance, .64*.25/49 + 0, is the
		// worse: .6*.4/.0032653 = 73.5; Kish is the same 73.53 here, by chance of n-1.
		{"the heavy stratum is uncertain", []Stratum{{8e17, 50, 50, 25}, {2e17, 50, 50, 50}}, Estimate{0.6, 100, 73.5}},
		{"all alike", []Stratum{{1e18, 30, 30, 30}, {1e18, 30, 30, 30}}, Estimate{1, 60, 60}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Stratified(tt.strata)
			same := cmp.Comparer(func(a, b float64) bool {
				return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9
			})
			if diff := cmp.Diff(tt.want, got, same); diff != "" {
				t.Errorf("estimate differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClustered(t *testing.T) {
	alike := make([]Cluster, 50)
	for i := range alike {
		alike[i] = Cluster{4, 4 * (i % 2)} // an image is all right or all wrong
	}
	got := Clustered(alike)
	if got.Share != 0.5 || got.N != 200 || math.Abs(got.Effective-49) > 1e-9 { // 50 clusters, m/(m-1)
		t.Errorf("alike within clusters: %+v, want an effective size of 49", got)
	}
	right := Clustered([]Cluster{{3, 3}, {0, 0}, {2, 2}})
	if want := (Estimate{1, 5, 2}); right != want {
		t.Errorf("all right: %+v, want %+v", right, want)
	}
	if e := Clustered(nil); e.N != 0 || e.Lower(0.95) != 0 || e.Interval(0.95) != (Interval{0, 1}) {
		t.Errorf("nothing: %+v", e)
	}
}

// TestCoverage draws from known populations and counts how often the bounds hold.
// 2000 draws at 95 % have a standard error of .5 %, so 93.5 % is three below.
func TestCoverage(t *testing.T) {
	weighted := func(shares, sizes []float64, n int) func(*rand.Rand) Estimate {
		return func(rng *rand.Rand) Estimate {
			strata := make([]Stratum, len(shares))
			for i, p := range shares {
				strata[i] = Stratum{Population: sizes[i] * 1e9, Sampled: n, Domain: n, Hits: binomial(rng, n, p)}
			}
			return Stratified(strata)
		}
	}
	images := func(rng *rand.Rand) Estimate {
		clusters := make([]Cluster, 80)
		for i := range clusters {
			n := 1 + rng.IntN(5)
			p := []float64{0.7, 1}[rng.IntN(2)] // hard and easy images: .85 of all
			clusters[i] = Cluster{n, binomial(rng, n, p)}
		}
		return Clustered(clusters)
	}
	tests := []struct {
		name  string
		truth float64
		draw  func(*rand.Rand) Estimate
	}{
		{"one stratum", 0.9, weighted([]float64{0.9}, []float64{1}, 60)},
		{"equal weights", 0.9, weighted([]float64{0.99, 0.81}, []float64{0.5, 0.5}, 60)},
		{"a heavy sure stratum", 0.962, weighted([]float64{0.99, 0.85}, []float64{0.8, 0.2}, 50)},
		{"a heavy unsure stratum", 0.88, weighted([]float64{0.85, 1}, []float64{0.8, 0.2}, 50)},
		{"many small strata", 0.945, weighted([]float64{0.99, 0.99, 0.9, 0.9}, []float64{0.25, 0.25, 0.25, 0.25}, 12)},
		{"clusters", 0.85, images},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(2026, 11))
			const draws = 2000
			var inside, above int
			for range draws {
				e := tt.draw(rng)
				if i := e.Interval(0.95); i.Low <= tt.truth && tt.truth <= i.High {
					inside++
				}
				if e.Lower(0.95) <= tt.truth {
					above++
				}
			}
			t.Logf("interval %.3f, lower bound %.3f", float64(inside)/draws, float64(above)/draws)
			if float64(inside) < 0.935*draws || float64(above) < 0.935*draws {
				t.Errorf("of %d draws the interval held %d, the lower bound %d times", draws, inside, above)
			}
		})
	}
}

func binomial(rng *rand.Rand, n int, p float64) (hits int) {
	for range n {
		if rng.Float64() < p {
			hits++
		}
	}
	return hits
}
