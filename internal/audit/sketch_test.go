package audit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func TestHistogramQuantiles(t *testing.T) {
	var scoresOf, small, ratio Histogram
	for i := range 10_001 {
		scoresOf.addScore(float32(i) / 10_000)
	}
	for i := range 100 {
		small.add(scales[phraseWords], float64(i))
		ratio.add(scales[boxAspect], math.Exp2(float64(i)/99*6-3))
	}
	tests := []struct {
		name string
		h    *Histogram
		s    *scale
		q    float64
		want float64
	}{
		{"median score", &scoresOf, scores, 0.5, 0.5},
		{"lowest score", &scoresOf, scores, 0, 0},
		{"highest score", &scoresOf, scores, 1, 1},
		{"first percent", &scoresOf, scores, 0.01, 0.01},
		{"small numbers", &small, scales[phraseWords], 0.1, 9},
		{"beyond the last bin", &small, scales[phraseWords], 0.99, 30},
		{"ratio", &ratio, scales[boxAspect], 0.01, 0.125},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.s.edges[tt.h.bin(tt.q)]; math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("quantile %v is %v, want %v", tt.q, got, tt.want)
			}
		})
	}
}

// A geometric bin's middle is as near as docs/audit.md says.
func TestGeometricError(t *testing.T) {
	s := geometric(-20, 0)
	for i := range s.bins() {
		middle := math.Sqrt(s.edges[i] * s.edges[i+1])
		if worst := s.edges[i+1]/middle - 1; worst > 0.022 {
			t.Fatalf("bin %d is off by %.4f", i, worst)
		}
	}
}

func TestTallyIsExactWithinItsCapacity(t *testing.T) {
	tally := Tally{Capacity: 3}
	for i, text := range []string{"dog", "cat", "dog", "cow", "dog"} {
		tally.add(text, mix(uint64(i)), i%2 == 0)
	}
	want := []counted{{"dog", Score{3, 3}}, {"cat", Score{1, 0}}, {"cow", Score{1, 0}}}
	if diff := cmp.Diff(want, tally.all(), cmp.AllowUnexported(counted{})); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if tally.Level != 0 || tally.margin(3) != 0 {
		t.Errorf("level %d and margin %d of exact counts", tally.Level, tally.margin(3))
	}
}

// Beyond its capacity a tally is within its stated interval, 95 times of 100.
func TestTallyMargin(t *testing.T) {
	const phrases, frequent, times = 20_000, 20, 1000
	inside, all := 0, 0
	for trial := range 20 {
		tally := Tally{Capacity: 1000}
		event := uint64(trial) << 32
		add := func(text string) { event++; tally.add(text, mix(event), true) }
		for i := range phrases {
			add(fmt.Sprint("rare", i))
		}
		for i := range frequent * times {
			add(fmt.Sprint("frequent", i%frequent))
		}
		if len(tally.Texts) > tally.Capacity || tally.Level == 0 {
			t.Fatalf("%d texts at level %d", len(tally.Texts), tally.Level)
		}
		for _, c := range tally.all() {
			if len(c.text) < 8 || c.text[:8] != "frequent" {
				continue
			}
			all++
			if d := c.Mentions - times; d <= tally.margin(times) && -d <= tally.margin(times) {
				inside++
			}
		}
	}
	if share := float64(inside) / float64(all); share < 0.9 {
		t.Errorf("%d of %d estimates are inside their interval", inside, all)
	}
}

func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 10, 63, 64, 50_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			d := Distinct{Capacity: 64}
			for i := range 3 * n {
				d.add(fmt.Sprint("text", i%n))
			}
			got, limit := d.estimate(), 4*d.relativeError()*float64(n)
			if math.Abs(float64(got)-float64(n)) > limit {
				t.Errorf("estimate %d of %d, the standard error is %.3f", got, n, d.relativeError())
			}
			for _, s := range d.Kept {
				if s.Count != 3 {
					t.Fatalf("%q was seen 3 times, counted %d", s.Text, s.Count)
				}
			}
		})
	}
}

func TestDistinctRarest(t *testing.T) {
	d := Distinct{Capacity: 10}
	for _, text := range []string{"a", "b", "b", "c", "c", "c"} {
		d.add(text)
	}
	got := ""
	for _, s := range d.rarest(2) {
		got += s.Text
	}
	if got != "ab" || d.singles() != 1 {
		t.Errorf("rarest are %q, want ab; %d single ones", got, d.singles())
	}
}

// Samples are uniform: of 100 records each is as likely as any.
func TestHashesAreEven(t *testing.T) {
	var hits [100]int
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		seed, best, at := rng.Uint64(), uint64(math.MaxUint64), 0
		for i := range hits {
			if h := mix(mix(uint64(i)) ^ mix(seed)); h < best {
				best, at = h, i
			}
		}
		hits[at]++
	}
	for i, n := range hits {
		if n < 4 || n > 45 { // 20 expected, 5 standard deviations
			t.Errorf("record %d was drawn %d times of 2000", i, n)
		}
	}
}

func TestHead(t *testing.T) {
	tests := []struct{ phrase, want string }{
		{"a small dog", "dog"}, {"dog", "dog"}, {"the dog's bed.", "bed"}, {"a t-shirt!", "t-shirt"},
		{"the café", "café"}, {"(two) cats)", "cats"}, {"...", "..."}, {"", ""}, {"ein häuschen ", "häuschen"}, {"the 3", "3"}, {"a -x", "x"},
		{"die straße—alt", "alt"},
	}
	for _, tt := range tests {
		if got := head(tt.phrase); got != tt.want {
			t.Errorf("head of %q is %q, want %q", tt.phrase, got, tt.want)
		}
	}
}

func TestStrata(t *testing.T) {
	if want := len(bandNames) * len(sizeNames) * len(kindNames); numStrata != want || len(bandFloor) != len(bandNames) {
		t.Fatalf("%d strata, the names are of %d", numStrata, want)
	}
	for i := range numStrata {
		if got := stratumAt(i).index(); got != i {
			t.Errorf("stratum %d has the index %d", i, got)
		}
	}
}

func FuzzHead(f *testing.F) {
	for _, phrase := range []string{"a small dog", "t-shirt!", "''", "\xff a", "\u202e"} {
		f.Add(phrase)
	}
	f.Fuzz(func(t *testing.T, phrase string) {
		got := head(phrase)
		if !strings.Contains(phrase, got) || strings.ContainsFunc(got, isBreak) && got != phrase {
			t.Errorf("the head of %q is %q", phrase, got)
		}
		if again := head(got); again != got {
			t.Errorf("the head of the head %q is %q", got, again)
		}
	})
}

// TestTallyKeepsNoPage counts a text that is part of a long one, at rising levels: what
// is kept must not be that part, which would keep the whole.
func TestTallyKeepsNoPage(t *testing.T) {
	page := strings.Repeat("-", 1000) + "dog"
	text := page[1000:]
	tally := Tally{Capacity: 10}
	for level := range 5 {
		tally.add(text, 1<<level, true)
		for kept := range tally.Texts {
			if unsafe.StringData(kept) == unsafe.StringData(text) {
				t.Fatalf("level %d: the key is part of the page", level)
			}
		}
	}
}
