package calibrate

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/stats"
	"github.com/groundmill/groundmill/internal/verdict"
)

// draw returns n judged boxes of one stratum without end, right by a chance that
// depends on the score.
func draw(rng *rand.Rand, n int, chance func(score float32) float32) *Judged {
	j := &Judged{design: stratified{populations: []float64{1e15}, sampled: []int{n}}}
	for range n {
		score := rng.Float32()
		j.boxes = append(j.boxes, box{score: score, right: rng.Float32() < chance(score)})
	}
	return j
}

// TestTheChosenThresholdKeepsItsPromise draws many samples and counts how often
// the threshold that was chosen has a precision under the target of .8, which may
// be a tenth of the times. Where no threshold is good enough, the lowest that
// passes a test of its own, without a sequence, must do worse: else this test could
// not tell.
func TestTheChosenThresholdKeepsItsPromise(t *testing.T) {
	const runs = 400
	tests := []struct {
		name    string
		chance  func(score float32) float32
		truth   func(threshold float64) float64 // precision above it
		broken  func(chosen, lowest int) bool
		atLeast int // runs that choose a threshold
	}{
		{"honest scores", func(s float32) float32 { return s }, func(t float64) float64 { return (1 + t) / 2 },
			func(chosen, _ int) bool { return chosen > 40+3*6 }, 360},
		{"scores that say nothing", func(float32) float32 { return 0.795 }, func(float64) float64 { return 0.795 },
			func(chosen, lowest int) bool { return chosen > 40+3*6 || lowest < 2*chosen }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(2026, 4))
			var chosen, lowest, found int
			for range runs {
				r, err := draw(rng, 500, tt.chance).Report(Options{Precision: 0.8, Confidence: 0.9, Step: 0.04})
				if err != nil {
					t.Fatal(err)
				}
				bad := func(threshold float64) int {
					if tt.truth(threshold) < 0.8 {
						return 1
					}
					return 0
				}
				if r.Choice.Found {
					found++
					chosen += bad(r.Choice.Threshold)
				}
				if i := slices.IndexFunc(r.Curve, func(p Point) bool { return p.Precision.Lower >= 0.8 }); i >= 0 {
					lowest += bad(r.Curve[i].Threshold)
				}
			}
			t.Logf("of %d runs %d chose a threshold, %d a bad one; the lowest that passes is bad %d times", runs, found, chosen, lowest)
			if tt.broken(chosen, lowest) || found < tt.atLeast {
				t.Errorf("of %d runs %d chose a threshold, %d a bad one; the lowest that passes is bad %d times", runs, found, chosen, lowest)
			}
		})
	}
}

func TestThresholds(t *testing.T) {
	want := []float64{0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	if diff := cmp.Diff(want, thresholds(0.33, 0.1)); diff != "" {
		t.Errorf("thresholds differ (-want +got):\n%s", diff)
	}
	if got := thresholds(0.1, 0.01); len(got) != 90 || got[1] != 0.11 || got[89] != 0.99 {
		t.Errorf("thresholds are %v", got)
	}
}

func TestStartSize(t *testing.T) {
	for _, p := range []float64{0.5, 0.8, 0.9, 0.95, 0.99} {
		n := StartSize(p, 0.95)
		lower := func(n int) float64 { return stats.ExactLower((1+p)/2*float64(n), float64(n), 0.95) }
		if lower(n) < p || lower(n-1) >= p {
			t.Errorf("StartSize(%v) is %d: bounds %v and, of one less, %v", p, n, lower(n), lower(n-1))
		}
	}
}

// verdicts returns a file of one stratum with so many right and wrong boxes of each
// score.
func verdicts(scores map[float32][2]int) *verdict.File {
	f := verdict.New("", 1, filter.Config{MinScore: 0.3})
	for score, counts := range scores {
		for i := range counts[0] + counts[1] {
			v := verdict.Judgement{Key: fmt.Sprint(i), Box: &verdict.Corners{0, 0, 1, 1}, Score: score, Stratum: "all", Weight: 100, Verdict: verdict.Wrong}
			if i < counts[0] {
				v.Verdict = verdict.Correct
			}
			f.Judgements = append(f.Judgements, v)
		}
	}
	return f
}

func report(t *testing.T, f *verdict.File, o Options) *Report {
	t.Helper()
	j, err := FromVerdicts(f, UnsureIsWrong)
	if err != nil {
		t.Fatal(err)
	}
	r, err := j.Report(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestChoice(t *testing.T) {
	o := Options{Precision: 0.9, Confidence: 0.95, Step: 0.1}
	tests := []struct {
		name   string
		scores map[float32][2]int // right and wrong
		want   Choice
	}{
		{"down to where it fails", map[float32][2]int{0.85: {150, 2}, 0.65: {100, 5}, 0.45: {20, 80}}, Choice{
			Found: true, Threshold: 0.5, Start: 0.8, StartSize: 107, Tested: 5,
			Reason: "above 0.4 the precision is 0.7563, and its lower bound, 0.7162, is less than 0.9"}},
		{"down to the floor", map[float32][2]int{0.85: {400, 2}}, Choice{
			Found: true, Threshold: 0.3, Start: 0.8, StartSize: 107, Tested: 6, Reason: "it is the floor: lower scores were not judged"}},
		{"an early failure ends it", map[float32][2]int{0.85: {90, 30}, 0.65: {5000, 0}}, Choice{
			Start: 0.8, StartSize: 107, Tested: 1, Reason: "above 0.8 the precision is 0.7500, and its lower bound, 0.6769, is less than 0.9"}},
		{"too few", map[float32][2]int{0.85: {50, 0}}, Choice{
			StartSize: 107, Reason: "only 50 boxes are judged, and less than 107 say too little; judge more"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := report(t, verdicts(tt.scores), o)
			if diff := cmp.Diff(tt.want, r.Choice); diff != "" {
				t.Errorf("choice differs (-want +got):\n%s", diff)
			}
			_, err := r.Rule()
			if r.Choice.Found != (err == nil) || err != nil && !errors.Is(err, ErrNoThreshold) {
				t.Errorf("the rule's error is %v", err)
			}
		})
	}
}

func TestRuleIsReproducible(t *testing.T) {
	o := Options{Precision: 0.9, Confidence: 0.95, Step: 0.1}
	f := verdicts(map[float32][2]int{0.85: {150, 2}, 0.65: {100, 5}})
	first, err := report(t, f, o).Rule()
	if err != nil {
		t.Fatal(err)
	}
	reversed := *f
	reversed.Judgements = nil
	for i := range f.Judgements {
		reversed.Judgements = append(reversed.Judgements, f.Judgements[len(f.Judgements)-1-i])
	}
	second, err := report(t, &reversed, o).Rule()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("the order of lines changes the rule:\n%s", diff)
	}
	for _, want := range []string{"  min_score: 0.3\n", `    judged: "257"` + "\n", `    precision: "0.9728"` + "\n"} {
		if !strings.Contains(string(first), want) {
			t.Errorf("the rule has no %q:\n%s", want, first)
		}
	}
}
