package filter

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
)

// box returns a box at x, y of w×h pixels.
func box(x, y, w, h, score float32) schema.ScoredBox {
	return schema.ScoredBox{Box: schema.Box{X1: x, Y1: y, X2: x + w, Y2: y + h}, Score: score}
}

// phrase returns a phrase with flags.
func phrase(boxes []schema.ScoredBox, flags ...string) schema.Phrase {
	return schema.Phrase{Text: "x", Flags: flags, BestScore: 1, Boxes: boxes}
}

func TestApplyToOnePhrase(t *testing.T) {
	type boxes = []schema.ScoredBox
	tests := []struct {
		name    string
		config  Config
		in      boxes
		want    boxes
		removed map[Rule]int64
	}{
		{"default keeps good boxes", Default(), boxes{box(0, 0, 100, 100, 0.9), box(3, 3, 10, 10, 0.5001)},
			boxes{box(0, 0, 100, 100, 0.9), box(3, 3, 10, 10, 0.5001)}, nil},
		{"no boxes", Default(), nil, nil, nil},
		{"zero config keeps positive scores", Config{}, boxes{box(0, 0, 1, 1, 0.0001), box(0, 0, 1, 1, 0)},
			boxes{box(0, 0, 1, 1, 0.0001)}, map[Rule]int64{RuleMinScore: 1}},
		{"the score is strict", Config{MinScore: 0.5}, boxes{box(0, 0, 5, 5, 0.5)},
			nil, map[Rule]int64{RuleMinScore: 1}},
		{"the score is strict in float32", Config{MinScore: 0.3}, boxes{box(0, 0, 5, 5, 0.3), box(0, 0, 5, 5, 0.3001)},
			boxes{box(0, 0, 5, 5, 0.3001)}, map[Rule]int64{RuleMinScore: 1}},
		{"thin and flat boxes", Config{MinBoxSide: 4}, boxes{box(0, 0, 3.9, 50, 0.9), box(0, 0, 50, 3, 0.9), box(0, 0, 4, 4, 0.9)},
			boxes{box(0, 0, 4, 4, 0.9)}, map[Rule]int64{RuleMinBoxSide: 2}},
		{"large boxes", Config{MaxRelativeArea: 0.25}, boxes{box(0, 0, 50, 50, 0.9), box(0, 0, 50, 51, 0.8)},
			boxes{box(0, 0, 50, 50, 0.9)}, map[Rule]int64{RuleMaxRelativeArea: 1}},
		{"all of the image with the rule off", Config{MaxRelativeArea: 1}, boxes{box(0, 0, 100, 100, 0.9)},
			boxes{box(0, 0, 100, 100, 0.9)}, nil},
		{"NMS keeps the better of two", Config{NMSIoU: 0.5}, boxes{box(0, 0, 10, 10, 0.9), box(0, 0, 10, 9, 0.8), box(20, 0, 10, 10, 0.7)},
			boxes{box(0, 0, 10, 10, 0.9), box(20, 0, 10, 10, 0.7)}, map[Rule]int64{RuleNMS: 1}},
		{"NMS allows the limit itself", Config{NMSIoU: 0.6}, boxes{box(0, 0, 10, 10, 0.9), box(0, 0, 10, 6, 0.8)},
			boxes{box(0, 0, 10, 10, 0.9), box(0, 0, 10, 6, 0.8)}, nil},
		{"a suppressed box suppresses nothing", Config{NMSIoU: 0.5}, boxes{box(0, 0, 10, 10, 0.9), box(4, 0, 10, 10, 0.8), box(0, 3, 10, 10, 0.85)},
			boxes{box(0, 0, 10, 10, 0.9), box(4, 0, 10, 10, 0.8)}, map[Rule]int64{RuleNMS: 1}},
		{"the earlier of equal scores wins", Config{NMSIoU: 0.5}, boxes{box(0, 0, 10, 9, 0.9), box(0, 0, 10, 10, 0.9)},
			boxes{box(0, 0, 10, 9, 0.9)}, map[Rule]int64{RuleNMS: 1}},
		{"the best boxes, in their order", Config{MaxBoxesPerPhrase: 2}, boxes{box(0, 0, 1, 1, 0.2), box(1, 0, 1, 1, 0.9), box(2, 0, 1, 1, 0.5), box(3, 0, 1, 1, 0.5)},
			boxes{box(1, 0, 1, 1, 0.9), box(2, 0, 1, 1, 0.5)}, map[Rule]int64{RuleMaxBoxes: 2}},
		{"the first rule counts", Config{MinScore: 0.5, MinBoxSide: 5, MaxRelativeArea: 0.5, NMSIoU: 0.5, MaxBoxesPerPhrase: 1},
			boxes{
				box(0, 0, 50, 50, 0.9),
				box(0, 0, 1, 1, 0.1),     // small and weak
				box(0, 0, 100, 4, 0.9),   // small
				box(0, 0, 100, 100, 0.9), // large
				box(0, 0, 50, 49, 0.8),   // overlaps
				box(50, 50, 50, 50, 0.7), // one too many
				box(50, 50, 50, 49, 0.6), // overlaps a box that is not kept
			},
			boxes{box(0, 0, 50, 50, 0.9)},
			map[Rule]int64{RuleMinScore: 1, RuleMinBoxSide: 1, RuleMaxRelativeArea: 1, RuleNMS: 1, RuleMaxBoxes: 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := New(test.config)
			if err != nil {
				t.Fatal(err)
			}
			got, removed := f.Apply(100, 100, []schema.Phrase{phrase(test.in)})
			if diff := cmp.Diff([]schema.Phrase{phrase(test.want)}, got); diff != "" {
				t.Errorf("phrases differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(Removals{Boxes: test.removed}, removed); diff != "" {
				t.Errorf("removals differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvidenceRulesNothing filters random phrases with and without evidence.
func TestEvidenceRulesNothing(t *testing.T) {
	plain := Config{MinScore: 0.3, NMSIoU: 0.5}
	proven := plain
	proven.Evidence = map[string]string{"min_score": "0.9", "precision": "0.9"}
	for seed := range uint64(50) {
		in := randomPhrases(rand.New(rand.NewPCG(seed, 2)))
		var out [2][]schema.Phrase
		for i, config := range []Config{plain, proven} {
			f, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			out[i], _ = f.Apply(60, 60, in)
		}
		if diff := cmp.Diff(out[0], out[1]); diff != "" {
			t.Fatalf("seed %d: evidence changes what is kept (-without +with):\n%s", seed, diff)
		}
	}
}

func TestDropFlags(t *testing.T) {
	f, err := New(Config{DropFlags: []string{schema.FlagAbstract, schema.FlagName}, NMSIoU: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	good := []schema.ScoredBox{box(0, 0, 9, 9, 0.9)}
	in := []schema.Phrase{
		phrase(good),
		phrase(good, schema.FlagBeyondPrompt, schema.FlagAbstract),
		phrase(nil, schema.FlagName),
		phrase(good, schema.FlagBeyondPrompt), // the same box: NMS is within a phrase
	}
	got, removed := f.Apply(10, 10, in)
	if diff := cmp.Diff([]schema.Phrase{in[0], in[3]}, got); diff != "" {
		t.Errorf("phrases differ (-want +got):\n%s", diff)
	}
	want := Removals{Boxes: map[Rule]int64{RuleDropFlags: 1}, Phrases: 2}
	if diff := cmp.Diff(want, removed); diff != "" {
		t.Errorf("removals differ (-want +got):\n%s", diff)
	}
}

// randomPhrases returns phrases with overlapping boxes and equal scores.
func randomPhrases(rng *rand.Rand) []schema.Phrase {
	phrases := make([]schema.Phrase, rng.IntN(5))
	for i := range phrases {
		phrases[i] = phrase(nil, schema.Flags()[:rng.IntN(2)]...)
		for range rng.IntN(12) {
			b := box(float32(rng.IntN(30)), float32(rng.IntN(30)), float32(1+rng.IntN(30)), float32(1+rng.IntN(30)), float32(rng.IntN(10))/10)
			phrases[i].Boxes = append(phrases[i].Boxes, b)
		}
	}
	return phrases
}

func countBoxes(phrases []schema.Phrase) (n int64) {
	for _, p := range phrases {
		n += int64(len(p.Boxes))
	}
	return n
}

// TestRandomPhrases checks what must hold for any input: every box is kept or
// counted once, the input is untouched, and filtering again removes nothing.
func TestRandomPhrases(t *testing.T) {
	f, err := New(Config{
		MinScore: 0.2, MinBoxSide: 3, MaxRelativeArea: 0.2, NMSIoU: 0.4, MaxBoxesPerPhrase: 4,
		DropFlags: []string{schema.FlagAbstract},
	})
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(300) {
		in := randomPhrases(rand.New(rand.NewPCG(seed, 1)))
		got, removed := f.Apply(60, 60, in)
		var sum int64
		for _, n := range removed.Counts() {
			sum += n
		}
		if countBoxes(in) != countBoxes(got)+sum || len(in) != len(got)+int(removed.Phrases) {
			t.Fatalf("seed %d: %d boxes in, %d kept, %d removed", seed, countBoxes(in), countBoxes(got), sum)
		}
		if diff := cmp.Diff(randomPhrases(rand.New(rand.NewPCG(seed, 1))), in); diff != "" {
			t.Fatalf("seed %d: the input changed:\n%s", seed, diff)
		}
		again, removed := f.Apply(60, 60, got)
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty()); diff != "" || removed.Boxes != nil {
			t.Fatalf("seed %d: filtering again removes %v:\n%s", seed, removed, diff)
		}
	}
}

func TestRemovals(t *testing.T) {
	var sum Removals
	sum.Add(Removals{Boxes: map[Rule]int64{RuleNMS: 2}, Phrases: 1})
	sum.Add(Removals{Boxes: map[Rule]int64{RuleNMS: 1, RuleMinScore: 5}})
	sum.Add(Removals{})
	want := map[string]int64{
		"drop_flags": 0, "min_score": 5, "min_box_side": 0, "max_relative_area": 0, "nms_iou": 3, "max_boxes_per_phrase": 0,
	}
	if diff := cmp.Diff(want, sum.Counts()); diff != "" {
		t.Errorf("counts differ (-want +got):\n%s", diff)
	}
	if sum.Phrases != 1 {
		t.Errorf("Phrases is %d", sum.Phrases)
	}
}

func BenchmarkApply(b *testing.B) {
	f, err := New(Default())
	if err != nil {
		b.Fatal(err)
	}
	phrases := randomPhrases(rand.New(rand.NewPCG(4, 1)))
	b.ReportAllocs()
	for b.Loop() {
		f.Apply(60, 60, phrases)
	}
}
