package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/groundmill/groundmill/teacher"
)

var (
	small = teacher.Shape{Height: 800, Width: 800}
	large = teacher.Shape{Height: 800, Width: 1344}

	errPoison = errors.New("invalid node input")
)

// example is a Prepared with a number, which its answer repeats.
type example struct {
	id    int
	shape teacher.Shape
}

func (e *example) Shape() teacher.Shape   { return e.shape }
func (e *example) CaptionTruncated() bool { return false }
func (e *example) Release()               { panic("guard must not release") }

// examples returns n examples of a shape, numbered from 0.
func examples(n int, s teacher.Shape) []teacher.Prepared {
	batch := make([]teacher.Prepared, n)
	for i := range batch {
		batch[i] = &example{i, s}
	}
	return batch
}

// numbers returns what the examples of a batch are called.
func numbers(batch []teacher.Prepared) []int {
	ids := make([]int, len(batch))
	for i, p := range batch {
		ids[i] = p.(*example).id
	}
	return ids
}

// run is one call of a faulty's Ground.
type run struct {
	number int // from 1
	shape  teacher.Shape
	ids    []int
}

// fault decides how a run fails; nil lets it succeed.
type fault func(context.Context, run) error

// faulty is a teacher whose runs fail as its faults say, the first that does.
type faulty struct {
	faults []fault
	closed bool

	mu    sync.Mutex
	sizes []int // of all runs so far
}

func (f *faulty) Prepare(teacher.Example) ([]teacher.Prepared, error) {
	return examples(1, small), nil
}

func (f *faulty) Ground(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	r := run{f.record(len(batch)), batch[0].Shape(), numbers(batch)}
	for _, fail := range f.faults {
		if err := fail(ctx, r); err != nil {
			return nil, err
		}
	}
	answers := make([]teacher.Answer, len(batch))
	for i, id := range r.ids {
		answers[i] = answer(id)
	}
	return answers, nil
}

func (f *faulty) record(size int) (number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sizes = append(f.sizes, size)
	return len(f.sizes)
}

// runs is how many runs have begun.
func (f *faulty) runs() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sizes)
}

func (f *faulty) Info() teacher.Info { return teacher.Info{Name: "faulty"} }
func (f *faulty) Close() error       { f.closed = true; return nil }

// answer is a faulty's answer to an example.
func answer(id int) teacher.Answer {
	return teacher.Answer{Phrases: []teacher.Grounding{{Best: float32(id)}}}
}

// poison fails every run that holds one of the examples.
func poison(ids ...int) fault {
	return func(_ context.Context, r run) error {
		for _, id := range ids {
			if slices.Contains(r.ids, id) {
				return fmt.Errorf("run of %d: %w", len(r.ids), errPoison)
			}
		}
		return nil
	}
}

// memory fails runs of more than n examples of a shape.
func memory(s teacher.Shape, n int) fault {
	return func(_ context.Context, r run) error {
		if r.shape == s && len(r.ids) > n {
			return outOfMemory(r)
		}
		return nil
	}
}

// oversize fails every run that holds the example, for want of memory.
func oversize(id int) fault {
	return func(_ context.Context, r run) error {
		if slices.Contains(r.ids, id) {
			return outOfMemory(r)
		}
		return nil
	}
}

func outOfMemory(r run) error {
	return fmt.Errorf("allocate %d MB: %w", 100*len(r.ids), teacher.ErrOutOfMemory)
}

// at lets a fault happen in some runs only.
func at(f fault, runs ...int) fault {
	return func(ctx context.Context, r run) error {
		if slices.Contains(runs, r.number) {
			return f(ctx, r)
		}
		return nil
	}
}

// failing fails with the error, whatever the batch.
func failing(err error) fault {
	return func(context.Context, run) error { return err }
}

// panicking panics where another fault fails.
func panicking(f fault) fault {
	return func(ctx context.Context, r run) error {
		if err := f(ctx, r); err != nil {
			panic(err.Error())
		}
		return nil
	}
}

// hanging waits for the end of the run's context where another fault fails.
func hanging(f fault) fault {
	return func(ctx context.Context, r run) error {
		if f(ctx, r) == nil {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}
}
