package stats

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The expected values of this file were printed once by statsmodels 0.15.0 and
// SciPy 1.17.1 in a virtual environment of their own: norm.ppf, beta.ppf,
// proportion_confint (wilson, beta), binomtest().proportion_ci("wilsoncc") and
// samplesize_confint_proportion. 81 of 263 and 15 of 148 are Newcombe's own examples
// (Statistics in Medicine 17, 1998, table I), where they are .2553 to .3662 and
// .0624 to .1605, with the correction .2535 to .3682 and .0598 to .1644.

var close10 = cmpopts.EquateApprox(0, 1e-10)

func TestQuantile(t *testing.T) {
	tests := map[float64]float64{
		0.5: 0, 0.8: 0.8416212335729143, 0.9: 1.2815515655446004, 0.95: 1.6448536269514722,
		0.975: 1.959963984540054, 0.995: 2.5758293035489004, 0.999: 3.090232306167813,
		0.025: -1.9599639845400545, 1e-6: -4.753424308822899, 1: math.Inf(1), 0: math.Inf(-1),
	}
	for p, want := range tests {
		if diff := cmp.Diff(want, Quantile(p), close10); diff != "" {
			t.Errorf("Quantile(%v) differs (-want +got):\n%s", p, diff)
		}
	}
	if !math.IsNaN(Quantile(1.5)) {
		t.Error("Quantile(1.5) is a number")
	}
}

func TestIntervals(t *testing.T) {
	tests := []struct {
		hits, n, confidence float64
		wilson, corrected   Interval
	}{
		{81, 263, 0.95, Interval{0.2552885198782742, 0.36620957698280004}, Interval{0.25350868229518514, 0.3681762010430035}},
		{15, 148, 0.95, Interval{0.06238639953073628, 0.16048724172330803}, Interval{0.059778208428498125, 0.16444977936483698}},
		{0, 20, 0.95, Interval{0, 0.1611251580528194}, Interval{0, 0.20045334501348705}},
		{1, 29, 0.95, Interval{0.006113214292762667, 0.17175521879320294}, Interval{0.001802640213279666, 0.19628175100975953}},
		{29, 29, 0.95, Interval{0.8830302015002592, 1}, Interval{0.8543835244204265, 1}},
		{95, 100, 0.9, Interval{0.9008389147209471, 0.9754526365741959}, Interval{0.8944627991077483, 0.9787315806353811}},
		{950, 1000, 0.99, Interval{0.9290930273094662, 0.9649749242774674}, Interval{0.9285144394611755, 0.965389278166155}},
		{0, 1, 0.95, Interval{0, 0.7934506856227627}, Interval{0, 0.945379244471148}},
		{0, 0, 0.95, Interval{0, 1}, Interval{0, 1}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.wilson, Wilson(tt.hits, tt.n, tt.confidence), close10); diff != "" {
			t.Errorf("Wilson of %v of %v differs (-want +got):\n%s", tt.hits, tt.n, diff)
		}
		if diff := cmp.Diff(tt.corrected, WilsonCorrected(tt.hits, tt.n, tt.confidence), close10); diff != "" {
			t.Errorf("WilsonCorrected of %v of %v differs (-want +got):\n%s", tt.hits, tt.n, diff)
		}
	}
}

func TestExactLower(t *testing.T) {
	tests := []struct{ hits, n, confidence, want float64 }{
		{95, 100, 0.95, 0.8977466223567255},
		{25, 25, 0.95, 0.8870718549931568},
		{29, 29, 0.95, 0.9018553723227043},
		{950, 1000, 0.99, 0.9315951063043689},
		{47.5, 52.25, 0.95, 0.8152084307597947},
		{9.9, 10.4, 0.9, 0.7346944716378897},
		{0, 10, 0.95, 0},
		{0, 0, 0.95, 0},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, ExactLower(tt.hits, tt.n, tt.confidence), close10); diff != "" {
			t.Errorf("ExactLower(%v, %v, %v) differs (-want +got):\n%s", tt.hits, tt.n, tt.confidence, diff)
		}
	}
}

// TestExactLowerOfMillions holds the continued fraction to the closed form where
// all are hits, at sizes where it needs most terms.
func TestExactLowerOfMillions(t *testing.T) {
	for _, n := range []float64{1, 1e3, 1e6, 1e8} {
		want := math.Pow(0.05, 1/n)
		if got := ExactLower(n, n, 0.95); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v of %v: %v, want %v", n, n, got, want)
		}
	}
	if got := ExactLower(9e6, 1e7, 0.95); math.Abs(got-0.9+1.6449*math.Sqrt(0.09/1e7)) > 3e-7 {
		t.Errorf("9 of 10 million: %v", got)
	}
}

func TestSampleSize(t *testing.T) {
	tests := []struct {
		p, half, confidence float64
		population          int64
		want                int
	}{
		{0.5, 0.02, 0.95, 0, 2401},
		{0.5, 0.05, 0.95, 0, 385},
		{0.9, 0.02, 0.95, 0, 865},
		{0.5, 0.01, 0.99, 0, 16588},
		{0.5, 0.05, 0.95, 3200, 344}, // 384.15/(1+383.15/3200) = 343.07, by hand
		{0.5, 0.02, 0.95, 100, 97},
		{0.5, 0.02, 0.95, 1, 1},
	}
	for _, tt := range tests {
		got, err := SampleSize(tt.p, tt.half, tt.confidence, tt.population)
		if err != nil || got != tt.want {
			t.Errorf("SampleSize(%v, %v, %v, %d) is %d, %v; want %d", tt.p, tt.half, tt.confidence, tt.population, got, err, tt.want)
		}
	}
	for _, bad := range [][3]float64{{0, 0.1, 0.9}, {0.5, 0, 0.9}, {0.5, 0.1, 1}, {math.NaN(), 0.1, 0.9}, {0.5, 1e-9, 0.9}} {
		if n, err := SampleSize(bad[0], bad[1], bad[2], 0); err == nil {
			t.Errorf("SampleSize(%v) is %d, want an error", bad, n)
		}
	}
}

func TestAllocate(t *testing.T) {
	tests := []struct {
		name     string
		strata   []Size
		n, least int
		want     []int
	}{
		{"in proportion", []Size{{600, 1}, {300, 1}, {100, 1}}, 100, 0, []int{60, 30, 10}},
		{"the largest remainder", []Size{{10, 1}, {10, 1}, {9, 1}}, 10, 0, []int{4, 3, 3}},
		{"the least of each first", []Size{{1000, 1}, {3, 1}, {1, 1}}, 10, 2, []int{7, 2, 1}},
		// Two strata of equal size, spreads .4 and .1: 4 to 1.
		{"Neyman", []Size{{500, 0.4}, {500, 0.1}}, 50, 0, []int{40, 10}},
		{"a full stratum gives on", []Size{{5, 1}, {10, 1e-2}}, 12, 0, []int{5, 7}},
		{"all there is", []Size{{5, 1}, {10, 1}}, 99, 2, []int{5, 10}},
		{"no spread", []Size{{50, 0}, {50, 0}}, 10, 0, []int{5, 5}},
		{"no strata", nil, 10, 1, []int{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Allocate(tt.strata, tt.n, tt.least)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("draws differ (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := Allocate([]Size{{9, 1}, {9, 1}}, 3, 2); err == nil {
		t.Error("3 draws went to 2 strata of at least 2")
	}
}
