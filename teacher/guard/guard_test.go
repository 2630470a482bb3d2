package guard

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher"
)

// outcomes renders a call: the numbers of the answered examples in place, with
// an x for each rejected one. It fails the test if a reject has no good reason.
func outcomes(t *testing.T, answers []teacher.Answer) string {
	t.Helper()
	var out []string
	for i, a := range answers {
		switch {
		case a.Err == nil && len(a.Phrases) == 1:
			out = append(out, fmt.Sprint(a.Phrases[0].Best))
		case errors.Is(a.Err, teacher.ErrExample) && a.Phrases == nil:
			out = append(out, "x")
		default:
			t.Errorf("answer %d is %+v", i, a)
		}
	}
	return strings.Join(out, " ")
}

// survived lists faults that Ground gets over.
var survived = []struct {
	name   string
	size   int
	faults []fault
	want   string // outcomes
	runs   []int  // sizes
	events []string
}{
	{name: "no batch", size: 0},
	{name: "all well", size: 3, want: "0 1 2", runs: []int{3}},
	{
		name: "one poison", size: 4, faults: []fault{poison(1)},
		want: "0 x 2 3", runs: []int{4, 2, 1, 1, 2},
		events: []string{"split 4", "split 2", "rejected 1"},
	}, {
		name: "two poisons", size: 5, faults: []fault{poison(0, 4)},
		want: "x 1 2 3 x", runs: []int{5, 3, 2, 1, 1, 1, 2, 1, 1},
		events: []string{"split 5", "split 3", "split 2", "rejected 1", "split 2", "rejected 1"},
	}, {
		name: "three poisons", size: 4, faults: []fault{poison(0, 1, 3)},
		want: "x x 2 x", runs: []int{4, 2, 1, 1, 2, 1, 1},
		events: []string{"split 4", "split 2", "rejected 1", "rejected 1", "split 2", "rejected 1"},
	}, {
		name: "poison alone", size: 1, faults: []fault{poison(0)},
		want: "x", runs: []int{1}, events: []string{"rejected 1"},
	}, {
		name: "poison that panics", size: 2, faults: []fault{panicking(poison(0))},
		want: "x 1", runs: []int{2, 1, 1}, events: []string{"split 2", "rejected 1"},
	}, {
		name: "an error that does not return", size: 4, faults: []fault{at(failing(errPoison), 1)},
		want: "0 1 2 3", runs: []int{4, 2, 2}, events: []string{"split 4"},
	}, {
		name: "little memory", size: 8, faults: []fault{memory(small, 2)},
		want: "0 1 2 3 4 5 6 7", runs: []int{8, 4, 2, 2, 2, 2},
		events: []string{"split 8", "split 4", "limited 2"},
	}, {
		name: "odd sizes", size: 5, faults: []fault{memory(small, 2)},
		want: "0 1 2 3 4", runs: []int{5, 3, 2, 1, 2},
		events: []string{"split 5", "split 3", "limited 2"},
	}, {
		name: "memory of another shape", size: 4, faults: []fault{memory(large, 2)},
		want: "0 1 2 3", runs: []int{4},
	}, {
		name: "short of memory once", size: 4, faults: []fault{at(memory(small, 0), 1)},
		want: "0 1 2 3", runs: []int{4, 2, 2}, events: []string{"split 4", "limited 2"},
	}, {
		name: "does not fit alone", size: 4, faults: []fault{oversize(2)},
		want: "0 1 x 3", runs: []int{4, 2, 2, 1, 1},
		events: []string{"split 4", "split 2", "rejected 1"},
	}, {
		name: "only example does not fit", size: 1, faults: []fault{memory(small, 0)},
		want: "x", runs: []int{1}, events: []string{"rejected 1"},
	}, {
		name: "poison and little memory", size: 8, faults: []fault{memory(small, 4), poison(6)},
		want: "0 1 2 3 4 5 x 7", runs: []int{8, 4, 4, 2, 2, 1, 1},
		events: []string{"split 8", "split 4", "split 2", "rejected 1", "limited 4"},
	},
}

func TestGround(t *testing.T) {
	for _, tt := range survived {
		t.Run(tt.name, func(t *testing.T) {
			inner := &faulty{faults: tt.faults}
			var events []string
			g := New(inner, Options{Observe: func(e Event) {
				events = append(events, fmt.Sprint(e.Kind, " ", e.Size))
				if e.Shape != small || e.Err == nil {
					t.Errorf("event %+v lacks its shape or cause", e)
				}
			}})
			answers, err := g.Ground(t.Context(), examples(tt.size, small))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, outcomes(t, answers)); diff != "" {
				t.Error("answers (-want +got):", diff)
			}
			if diff := cmp.Diff(tt.runs, inner.sizes); diff != "" {
				t.Error("runs (-want +got):", diff)
			}
			if diff := cmp.Diff(tt.events, events); diff != "" {
				t.Error("events (-want +got):", diff)
			}
		})
	}
}

func TestGroundFails(t *testing.T) {
	lost := fmt.Errorf("CUDA error 700: %w", teacher.ErrDeviceLost)
	tests := []struct {
		name   string
		size   int
		faults []fault
		want   error
		text   string
		runs   []int
	}{
		{"all of many fail", 64, []fault{failing(errPoison)}, errPoison, "more than 8 faults in a batch of 64",
			[]int{64, 32, 16, 8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1, 8, 4, 2, 1}},
		{"more bad than allowed", 10, []fault{poison(0, 1, 2, 3, 4, 5, 6, 7, 9)}, errPoison, "more than 8 faults in a batch of 10",
			[]int{10, 5, 3, 2, 1, 1, 1, 2, 1, 1, 5, 3, 2, 1, 1, 1, 2, 1, 1}},
		{"only runs of one succeed", 64, []fault{func(_ context.Context, r run) error {
			if len(r.ids) > 1 {
				return errPoison
			}
			return nil
		}}, errPoison, "more than 8 faults", []int{
			64, 32, 16, 8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1, 8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1, 16, 8, 4, 2, 1, 1}},
		{"device lost", 8, []fault{failing(lost)}, teacher.ErrDeviceLost, "CUDA error 700", []int{8}},
		{"device lost on the way", 8, []fault{at(failing(lost), 3), poison(0)}, teacher.ErrDeviceLost, "CUDA error 700", []int{8, 4, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inner := &faulty{faults: tt.faults}
			answers, err := New(inner, Options{}).Ground(t.Context(), examples(tt.size, small))
			if answers != nil || err == nil {
				t.Fatalf("got %v and the error %v, want an error alone", answers, err)
			}
			if tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got the error %q, want one with %q that wraps %q", err, tt.text, tt.want)
			}
			if errors.Is(err, teacher.ErrExample) {
				t.Errorf("%q blames an example", err)
			}
			if diff := cmp.Diff(tt.runs, inner.sizes); diff != "" {
				t.Error("runs (-want +got):", diff)
			}
		})
	}
}

// Small batches that fail whole, such as the captions of one image, are rejects
// until there are too many of them in a row.
func TestFailuresInARow(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fault
		want  string
	}{
		"errors":       {failing(errPoison), errPoison.Error()},
		"panics":       {panicking(failing(errPoison)), "panicked: invalid node input"},
		"nothing fits": {memory(small, 0), teacher.ErrOutOfMemory.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			bad := true
			g := New(&faulty{faults: []fault{func(ctx context.Context, r run) error {
				if bad {
					return tt.fault(ctx, r)
				}
				return nil
			}}}, Options{})
			ground := func() error {
				_, err := g.Ground(t.Context(), examples(4, small))
				return err
			}
			for _, bad = range []bool{true, true, false, true, true} {
				if err := ground(); err != nil {
					t.Fatal(err)
				}
			}
			if err := ground(); err == nil || !strings.Contains(err.Error(), "12 examples failed in a row") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestPoisonEverywhere guards the promise of 12 further runs for 64.
func TestPoisonEverywhere(t *testing.T) {
	for size := 1; size <= 64; size++ {
		most := 1 + 2*bits.Len(uint(size-1))
		for bad := range size {
			inner := &faulty{faults: []fault{poison(bad)}}
			answers, err := New(inner, Options{}).Ground(t.Context(), examples(size, small))
			if err != nil {
				t.Fatalf("example %d of %d: %v", bad, size, err)
			}
			for i, a := range answers {
				if i == bad && errors.Is(a.Err, errPoison) && errors.Is(a.Err, teacher.ErrExample) {
					continue
				}
				if diff := cmp.Diff(answer(i), a); diff != "" || i == bad {
					t.Errorf("example %d of %d is poison: answer %d is %+v", bad, size, i, a)
				}
			}
			if len(inner.sizes) > most {
				t.Errorf("example %d of %d took %d runs, want at most %d", bad, size, len(inner.sizes), most)
			}
		}
	}
}

func TestLimitIsRemembered(t *testing.T) {
	inner := &faulty{faults: []fault{memory(small, 4), memory(large, 1)}}
	g := New(inner, Options{})
	steps := []struct {
		size  int
		shape teacher.Shape
		runs  []int
	}{
		{16, small, []int{16, 8, 4, 4, 4, 4}},
		{16, small, []int{4, 4, 4, 4}},
		{6, small, []int{4, 2}},
		{2, large, []int{2, 1, 1}},
		{3, large, []int{1, 1, 1}},
		{4, small, []int{4}},
	}
	for _, s := range steps {
		inner.sizes = nil
		answers, err := g.Ground(t.Context(), examples(s.size, s.shape))
		if err != nil || len(answers) != s.size {
			t.Fatalf("%d of %v: %d answers, error %v", s.size, s.shape, len(answers), err)
		}
		if diff := cmp.Diff(s.runs, inner.sizes); diff != "" {
			t.Errorf("runs for %d of %v (-want +got): %s", s.size, s.shape, diff)
		}
	}
}

// TestOversizeSetsNoLimit guards the speed of a shape against one example that
// fits in no batch.
func TestOversizeSetsNoLimit(t *testing.T) {
	inner := &faulty{faults: []fault{oversize(5)}}
	g := New(inner, Options{})
	answers, err := g.Ground(t.Context(), examples(8, small))
	if err != nil || !errors.Is(answers[5].Err, teacher.ErrOutOfMemory) || !errors.Is(answers[5].Err, teacher.ErrExample) {
		t.Fatalf("answers %v, error %v", answers, err)
	}
	inner.sizes, inner.faults = nil, nil
	if _, err := g.Ground(t.Context(), examples(8, small)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{8}, inner.sizes); diff != "" {
		t.Error("runs (-want +got):", diff)
	}
}

func TestSingleBatchesInARow(t *testing.T) {
	inner := &faulty{faults: []fault{failing(errPoison)}}
	g := New(inner, Options{MaxBad: 2})
	one := func() error {
		_, err := g.Ground(t.Context(), examples(1, small))
		return err
	}
	if err := errors.Join(one(), one()); err != nil {
		t.Fatal("the first two:", err)
	}
	if err := one(); !errors.Is(err, errPoison) || errors.Is(err, teacher.ErrExample) {
		t.Errorf("the third: %v, want an error that blames the teacher", err)
	}
	inner.faults = nil
	if err := one(); err != nil {
		t.Error("after the fault is gone:", err)
	}
	inner.faults = []fault{failing(errPoison)}
	if err := errors.Join(one(), one()); err != nil {
		t.Error("after an answer:", err)
	}
}

func TestDeviceStaysLost(t *testing.T) {
	inner := &faulty{faults: []fault{at(failing(teacher.ErrDeviceLost), 1)}}
	g := New(inner, Options{})
	for range 2 {
		if _, err := g.Ground(t.Context(), examples(4, small)); !errors.Is(err, teacher.ErrDeviceLost) {
			t.Fatalf("got %v, want %v", err, teacher.ErrDeviceLost)
		}
	}
	if len(inner.sizes) != 1 {
		t.Errorf("a lost device was run %d times", len(inner.sizes))
	}
}

func TestCallerCancels(t *testing.T) {
	stop := errors.New("interrupted")
	for _, when := range []int{0, 1, 3} { // runs before the end
		t.Run(fmt.Sprint("after run ", when), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			end := func(_ context.Context, r run) error {
				if r.number == when {
					cancel(stop)
				}
				return nil
			}
			if when == 0 {
				cancel(stop)
			}
			inner := &faulty{faults: []fault{end, poison(0)}}
			if _, err := New(inner, Options{}).Ground(ctx, examples(8, small)); err != stop {
				t.Errorf("got %v, want %v", err, stop)
			}
			if len(inner.sizes) != when {
				t.Errorf("%d runs, want %d", len(inner.sizes), when)
			}
		})
	}
}

// scripted answers as its function says.
type scripted struct {
	teacher.Teacher
	ground func(batch []teacher.Prepared) ([]teacher.Answer, error)
}

func (s scripted) Ground(_ context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	return s.ground(batch)
}

func TestAnswersPassThrough(t *testing.T) {
	want := []teacher.Answer{answer(0), {Err: fmt.Errorf("%w: NaN", teacher.ErrExample)}}
	g := New(scripted{ground: func([]teacher.Prepared) ([]teacher.Answer, error) { return slices.Clone(want), nil }}, Options{})
	got, err := g.Ground(t.Context(), examples(2, small))
	if err != nil || len(got) != 2 || got[1].Err != want[1].Err || outcomes(t, got) != "0 x" {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestWrongNumberOfAnswers(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		runs := 0
		g := New(scripted{ground: func([]teacher.Prepared) ([]teacher.Answer, error) {
			runs++
			return make([]teacher.Answer, n), nil
		}}, Options{})
		_, err := g.Ground(t.Context(), examples(2, small))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("gave %d answers for 2 examples", n)) || runs != 1 {
			t.Errorf("%d answers for 2 examples: %v after %d runs", n, err, runs)
		}
	}
}

func TestPanicKeepsItsError(t *testing.T) {
	g := New(scripted{ground: func([]teacher.Prepared) ([]teacher.Answer, error) { panic(errPoison) }}, Options{})
	answers, err := g.Ground(t.Context(), examples(1, small))
	if err != nil || !errors.Is(answers[0].Err, errPoison) {
		t.Errorf("got %v, %v; want a reject that wraps %q", answers, err, errPoison)
	}
}

func TestDelegates(t *testing.T) {
	inner := &faulty{}
	g := New(inner, Options{RunLimit: -1, Grace: -1, MaxBad: -1})
	if out, err := g.Prepare(teacher.Example{}); len(out) != 1 || err != nil {
		t.Errorf("Prepare: %v, %v", out, err)
	}
	if g.Info().Name != "faulty" {
		t.Errorf("Info: %+v", g.Info())
	}
	if err := g.Close(); err != nil || !inner.closed {
		t.Errorf("Close: %v, closed: %v", err, inner.closed)
	}
	if o := g.options; o.RunLimit != defaultRunLimit || o.Grace != defaultGrace || o.MaxBad != defaultMaxBad {
		t.Errorf("negative numbers became %+v", o)
	}
}
