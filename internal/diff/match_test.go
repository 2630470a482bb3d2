package diff

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestMatch(t *testing.T) {
	box, right, half := at(0, 0, 20, 20, 0.5), at(4, 0, 20, 20, 0.5), at(0, 0, 20, 10, 0.5)
	tests := []struct {
		name string
		a, b []schema.ScoredBox
		want [][2]int
	}{
		{"none", nil, []schema.ScoredBox{box}, [][2]int{}},
		{"at the threshold", []schema.ScoredBox{box}, []schema.ScoredBox{half}, [][2]int{{0, 0}}},
		{"an equal box is not torn from its like", []schema.ScoredBox{right, box}, []schema.ScoredBox{box, at(50, 50, 9, 9, 0.4)}, [][2]int{{1, 0}}},
		{"the most alike first", []schema.ScoredBox{half, box}, []schema.ScoredBox{right, box}, [][2]int{{1, 1}}},
		{"of equal edges the nearer scores", []schema.ScoredBox{at(0, 0, 9, 9, 0.9), at(0, 0, 9, 9, 0.5)}, []schema.ScoredBox{at(0, 0, 9, 9, 0.55)}, [][2]int{{1, 0}}},
		{"of equal boxes the first", []schema.ScoredBox{box, box}, []schema.ScoredBox{box}, [][2]int{{0, 0}}},
		{"equal boxes among themselves", []schema.ScoredBox{box, box}, []schema.ScoredBox{box, box}, [][2]int{{0, 0}, {1, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := matcher{iou: 0.5}
			got := [][2]int{}
			for _, l := range m.match(tt.a, tt.b) {
				got = append(got, [2]int{l.a, l.b})
			}
			slices.SortFunc(got, func(a, b [2]int) int { return a[0] - b[0] })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Matching B with A gives the same pairs, also where many boxes are equally alike.
func TestMatchMirrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	boxes := func() (all []schema.ScoredBox) {
		for range rng.IntN(7) {
			all = append(all, at(float32(rng.IntN(3)), float32(rng.IntN(3)), 4, 4, float32(rng.IntN(2)+1)/4))
		}
		return all
	}
	for range 20_000 {
		a, b := boxes(), boxes()
		m := matcher{iou: 0.2}
		there := slices.Clone(m.match(a, b))
		back := slices.Clone(m.match(b, a))
		for i := range back {
			back[i].a, back[i].b = back[i].b, back[i].a
		}
		byA := func(x, y link) int { return x.a - y.a }
		slices.SortFunc(there, byA)
		slices.SortFunc(back, byA)
		if !slices.Equal(there, back) {
			t.Fatalf("%v with %v: %v, and back %v", a, b, there, back)
		}
	}
}

// What both have is never lost: boxes that are added change nothing of the others.
func TestMatchKeepsWhatBothHave(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		var a []schema.ScoredBox
		for range 1 + rng.IntN(5) {
			a = append(a, at(float32(rng.IntN(30)), float32(rng.IntN(30)), float32(10+rng.IntN(30)), float32(10+rng.IntN(30)), schema.QuantizeScore(rng.Float32())))
		}
		b := append(slices.Clone(a), at(5, 5, 25, 25, 0.5), at(6, 6, 25, 25, 0.5))
		rng.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		m := matcher{iou: 0.5}
		same := 0
		for _, l := range m.match(a, b) {
			if classOf(a[l.a], b[l.b], l) == boxSame {
				same++
			}
		}
		if same != len(a) {
			t.Fatalf("%d of %d are the same: %v and %v", same, len(a), a, b)
		}
	}
}
