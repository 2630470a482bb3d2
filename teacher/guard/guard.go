package guard

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/groundmill/groundmill/teacher"
)

// Options says what a Teacher puts up with. The zero value is good: where a
// number is zero or less, the default holds.
type Options struct {
	// RunLimit is how long one run may take; by default 10 minutes. It has to
	// cover what a runtime does in the first run of a shape, such as building
	// a TensorRT engine. An example that hangs costs as many limits as a batch
	// has halvings, and one.
	RunLimit time.Duration
	// Grace is how long a cancelled run may take to return before it is left
	// behind; by default 30 seconds.
	Grace time.Duration
	// MaxBad is how many faults one batch may have; by default 8. A fault is
	// an example that fails alone, or a failed run whose examples then all
	// succeed. It is also how many examples may fail in a row, over all batches.
	MaxBad int
	// Observe is told what the Teacher does about failed runs; nil means
	// nobody. It is called from Ground, so it may be called by several
	// goroutines at once.
	Observe func(Event)
}

const (
	defaultRunLimit = 10 * time.Minute
	defaultGrace    = 30 * time.Second
	defaultMaxBad   = 8
)

func (o Options) withDefaults() Options {
	o.RunLimit = cmp.Or(max(o.RunLimit, 0), defaultRunLimit)
	o.Grace = cmp.Or(max(o.Grace, 0), defaultGrace)
	o.MaxBad = cmp.Or(max(o.MaxBad, 0), defaultMaxBad)
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	return o
}

// Teacher grounds by another teacher and survives its failures. It is safe for
// concurrent use.
type Teacher struct {
	inner   teacher.Teacher
	options Options

	mu        sync.Mutex
	limits    map[teacher.Shape]int // largest batch; no entry means any size
	failed    int                   // examples of the batches since the last answer
	lost      error                 // wraps teacher.ErrDeviceLost
	abandoned bool                  // a run was left behind
}

var _ teacher.Teacher = (*Teacher)(nil)

// New returns a Teacher around t, which it owns from then on.
func New(t teacher.Teacher, o Options) *Teacher {
	return &Teacher{inner: t, options: o.withDefaults(), limits: map[teacher.Shape]int{}}
}

// Prepare implements teacher.Teacher: it is that of the teacher inside.
func (t *Teacher) Prepare(ex teacher.Example) ([]teacher.Prepared, error) {
	return t.inner.Prepare(ex)
}

// Info implements teacher.Teacher: it is that of the teacher inside.
func (t *Teacher) Info() teacher.Info { return t.inner.Info() }

// Close implements teacher.Teacher. A teacher with a run left behind cannot be
// closed: its memory lasts until the process ends, which is due anyway.
func (t *Teacher) Close() error {
	t.mu.Lock()
	abandoned := t.abandoned
	t.mu.Unlock()
	if abandoned {
		return nil
	}
	return t.inner.Close()
}

// Ground implements teacher.Teacher. It never calls Release.
//
// Answers of the teacher inside are passed on as they are, with or without Err.
// An example that made its run fail has an Err that wraps teacher.ErrExample and
// the cause: what the teacher said (such as teacher.ErrOutOfMemory when the
// example does not fit alone), its panic, or ErrHung.
//
// There is an error instead of answers when
//   - ctx ends: it wraps context.Cause(ctx). The run in flight is cancelled and
//     waited for, Options.Grace at most;
//   - the device is lost: it wraps teacher.ErrDeviceLost, and so does every later
//     error. If a run was left behind it wraps ErrHung as well; that run may
//     still read the batch, which must not be released;
//   - the teacher itself is at fault, see the package comment: it wraps the cause
//     of a failed run.
func (t *Teacher) Ground(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	c := call{Teacher: t, shape: batch[0].Shape(), size: len(batch)}
	out := make([]teacher.Answer, len(batch))
	if err := c.ground(ctx, batch, out); err != nil {
		return nil, err
	}
	if err := c.verdict(); err != nil {
		return nil, err
	}
	return out, nil
}
