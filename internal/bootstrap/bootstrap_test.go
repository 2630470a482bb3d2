package bootstrap

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func rate(total []int64) []float64 {
	if total[1] == 0 {
		return []float64{math.NaN()}
	}
	return []float64{float64(total[0]) / float64(total[1])}
}

// TestOfSumsAgreesWithTheNormalInterval draws from a coin whose interval is known.
func TestOfSumsAgreesWithTheNormalInterval(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var rows [][]int32
	hits := 0.0
	for range 2000 {
		hit := int32(0)
		if random.Float64() < 0.3 {
			hit = 1
			hits++
		}
		rows = append(rows, []int32{hit, 1})
	}
	got, err := OfSums(t.Context(), rows, Default(), rate)
	if err != nil {
		t.Fatal(err)
	}
	p := hits / 2000
	half := 1.96 * math.Sqrt(p*(1-p)/2000)
	if math.Abs(got[0].Low-(p-half)) > 0.004 || math.Abs(got[0].High-(p+half)) > 0.004 {
		t.Errorf("interval %v, want about %.3f-%.3f", got[0], p-half, p+half)
	}
}

// TestIntervalsDependOnTheSeedAlone guards that reports can be compared between
// machines.
func TestIntervalsDependOnTheSeedAlone(t *testing.T) {
	rows := [][]int32{{1, 2}, {0, 3}, {5, 7}, {2, 2}, {0, 1}}
	get := func(seed uint64, processors int) []Interval {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		out, err := OfSums(t.Context(), rows, Config{Resamples: 200, Seed: seed}, rate)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if diff := cmp.Diff(get(1, 1), get(1, 4)); diff != "" {
		t.Errorf("processors change the interval:\n%s", diff)
	}
	if cmp.Equal(get(1, 1), get(2, 1)) {
		t.Error("another seed gives the same interval")
	}
}

func TestPercentile(t *testing.T) {
	thousand := make([]float64, 1000)
	for i := range thousand {
		thousand[999-i] = float64(i)
	}
	tests := []struct {
		name   string
		values []float64
		want   Interval
	}{
		{"a thousand", thousand, Interval{25, 975}},
		{"one", []float64{7}, Interval{7, 7}},
		{"none", nil, None()},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, percentile(tc.values), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestUndefinedResamplesAreLeftOut has one unit of two carry the denominator.
func TestUndefinedResamplesAreLeftOut(t *testing.T) {
	got, err := OfSums(t.Context(), [][]int32{{0, 0}, {1, 2}}, Default(), rate)
	if err != nil {
		t.Fatal(err)
	}
	if got[0] != (Interval{0.5, 0.5}) {
		t.Errorf("got %v", got[0])
	}
}

func TestRefusals(t *testing.T) {
	if err := (Config{Resamples: 5}).Validate(); err == nil {
		t.Error("5 resamples are accepted")
	}
	if _, err := OfSums(t.Context(), [][]int32{{1}, {1, 2}}, Default(), rate); err == nil {
		t.Error("ragged rows are accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := OfSums(ctx, [][]int32{{1, 2}}, Default(), rate); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := OfSums(t.Context(), [][]int32{{1, 2}}, Config{}, rate); got != nil || err != nil {
		t.Errorf("without resamples: %v, %v", got, err)
	}
}
