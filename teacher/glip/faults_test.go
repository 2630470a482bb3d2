package glip

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/guard"
	"github.com/groundmill/groundmill/teacher/ort"
)

// faultySession is a session with something wrong: fault sees every run, its
// number and how many texts it has, and may fail it or change the answer.
type faultySession struct {
	Session
	runs  int
	sizes []int64
	fault func(ctx context.Context, run int, inputs, outputs []ort.Tensor) ([]ort.Tensor, error)
}

func (s *faultySession) Run(ctx context.Context, inputs []ort.Tensor, names []string) ([]ort.Tensor, error) {
	s.runs++
	s.sizes = append(s.sizes, inputs[2].Shape[0])
	outputs, err := s.Session.Run(ctx, inputs, names)
	if err != nil {
		return nil, err
	}
	return s.fault(ctx, s.runs, inputs, outputs)
}

// poison is the first byte of an image that its session cannot bear.
const poison = 255

// hasPoison says whether any image of a run is poisonous.
func hasPoison(pixels ort.Tensor) bool {
	data := pixels.Data.([]uint8)
	size := len(data) / int(pixels.Shape[0])
	for i := 0; i < len(data); i += size {
		if data[i] == poison {
			return true
		}
	}
	return false
}

// failing is a fault that fails runs for which is says so.
func failing(cause error, is func(run int, inputs []ort.Tensor) bool) func(context.Context, int, []ort.Tensor, []ort.Tensor) ([]ort.Tensor, error) {
	return func(_ context.Context, run int, inputs, outputs []ort.Tensor) ([]ort.Tensor, error) {
		if is(run, inputs) {
			return nil, fmt.Errorf("node 17: %w", cause)
		}
		return outputs, nil
	}
}

// faultyBatch is n images, of which those listed are poisonous.
func faultyBatch(t *testing.T, m *Model, n int, poisonous ...int) []teacher.Prepared {
	t.Helper()
	var batch []teacher.Prepared
	for i := range n {
		image := picture(32, 32, uint32(i))
		image.Pix[0] = 0
		for _, p := range poisonous {
			if p == i {
				image.Pix[0] = poison
			}
		}
		batch = append(batch, prepare(t, m, example(image, "dog", schema.Span{Start: 0, End: 3})))
	}
	return batch
}

// Whatever a session does, the right examples are rejected, the others have
// their answers, and the number of further runs is bounded.
func TestFaultySessions(t *testing.T) {
	broken, nan := errors.New("CUBLAS_STATUS_EXECUTION_FAILED"), float32(math.NaN())
	large := func(limit int64) func(int, []ort.Tensor) bool {
		return func(_ int, in []ort.Tensor) bool { return in[2].Shape[0] > limit }
	}
	isPoisoned := func(_ int, in []ort.Tensor) bool { return hasPoison(in[0]) }
	cases := map[string]struct {
		fault     func(context.Context, int, []ort.Tensor, []ort.Tensor) ([]ort.Tensor, error)
		n         int
		poisonous []int
		rejected  []int
		runs      int   // at most
		err       error // of the whole batch
	}{
		"no fault":                  {failing(nil, func(int, []ort.Tensor) bool { return false }), 64, nil, nil, 1, nil},
		"one poison of 64":          {failing(broken, isPoisoned), 64, []int{37}, []int{37}, 13, nil},
		"poison first and last":     {failing(broken, isPoisoned), 16, []int{0, 15}, []int{0, 15}, 15, nil},
		"out of memory above 5":     {failing(ort.ErrOutOfMemory, large(5)), 16, nil, nil, 7, nil},
		"out of memory once":        {failing(ort.ErrOutOfMemory, func(run int, _ []ort.Tensor) bool { return run == 1 }), 8, nil, nil, 3, nil},
		"one too large for memory":  {failing(ort.ErrOutOfMemory, isPoisoned), 8, []int{2}, []int{2}, 7, nil},
		"device lost":               {failing(ort.ErrDeviceLost, isPoisoned), 8, []int{2}, nil, 1, teacher.ErrDeviceLost},
		"every run fails":           {failing(broken, func(int, []ort.Tensor) bool { return true }), 16, nil, nil, 31, broken},
		"NaN for every centerness":  {answering(0, 0, nan), 2, nil, []int{0, 1}, 1, nil},
		"an output of another size": {cutting(1), 2, nil, []int{0, 1}, 3, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := fakeModel(t, constant(3, 0, 3))
			s := &faultySession{Session: m.session, fault: c.fault}
			m.session = s
			answers, err := guard.New(m, guard.Options{}).Ground(context.Background(), faultyBatch(t, m, c.n, c.poisonous...))
			if s.runs > c.runs {
				t.Errorf("%d runs, want at most %d: %v", s.runs, c.runs, s.sizes)
			}
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.rejected, rejected(t, answers)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// rejected lists the examples without an answer and proves that the others have
// a whole one.
func rejected(t *testing.T, answers []teacher.Answer) (out []int) {
	t.Helper()
	for i, a := range answers {
		switch {
		case a.Err != nil:
			if !errors.Is(a.Err, teacher.ErrExample) {
				t.Errorf("example %d: %v", i, a.Err)
			}
			out = append(out, i)
		case len(a.Phrases) != 1 || a.Phrases[0].Best == 0:
			t.Errorf("example %d: %+v", i, a)
		}
	}
	return out
}

// answering is a session that says the same everywhere.
func answering(logit, delta, centerness float32) func(context.Context, int, []ort.Tensor, []ort.Tensor) ([]ort.Tensor, error) {
	return func(_ context.Context, _ int, inputs, _ []ort.Tensor) ([]ort.Tensor, error) {
		return constant(logit, delta, centerness)(inputs)
	}
}

// cutting is a session whose given output lacks values.
func cutting(output int) func(context.Context, int, []ort.Tensor, []ort.Tensor) ([]ort.Tensor, error) {
	return func(_ context.Context, _ int, _, outputs []ort.Tensor) ([]ort.Tensor, error) {
		outputs[output] = ort.NewTensor("cut", make([]float32, 4), 1, 4)
		return outputs, nil
	}
}

// A run that hangs is cancelled after its limit, and the example that hangs it is
// found; one that does not even end then is left behind.
func TestHungSessions(t *testing.T) {
	cases := map[string]struct {
		hang     func(ctx context.Context)
		rejected []int
		err      error
	}{
		"until it is cancelled": {func(ctx context.Context) { <-ctx.Done() }, []int{1}, nil},
		"for good":              {func(context.Context) { time.Sleep(time.Hour) }, nil, guard.ErrHung},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := fakeModel(t, constant(3, 0, 3))
				m.session = &faultySession{Session: m.session, fault: func(ctx context.Context, _ int, in, out []ort.Tensor) ([]ort.Tensor, error) {
					if hasPoison(in[0]) {
						c.hang(ctx)
						return nil, ctx.Err()
					}
					return out, nil
				}}
				g := guard.New(m, guard.Options{RunLimit: time.Minute, Grace: time.Second})
				answers, err := g.Ground(t.Context(), faultyBatch(t, m, 4, 1))
				if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Fatalf("error %v, want %v", err, c.err)
				}
				if diff := cmp.Diff(c.rejected, rejected(t, answers)); diff != "" {
					t.Error(diff)
				}
				time.Sleep(2 * time.Hour) // what was left behind ends
			})
		})
	}
}
