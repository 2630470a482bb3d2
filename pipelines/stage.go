package pipelines

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

func init() {
	beam.RegisterType(reflect.TypeFor[Unit]())
	beam.RegisterType(reflect.TypeFor[Tally]())
	register.DoFn3x1[context.Context, Unit, func(Tally), error](&unitFn{})
	register.DoFn1x0[Tally](&tallyFn{})
	register.Emitter1[Tally]()
	register.Function2x1(addTallies)
}

// Counters that runners show while a pipeline runs.
var (
	recordCounter = beam.NewCounter("groundmill", "records")
	rowCounter    = beam.NewCounter("groundmill", "rows")
	rejectCounter = beam.NewCounter("groundmill", "rejects")
)

// Tally is what crosses the stages of the pipeline: the accounting of some
// units without their files.
type Tally struct {
	Units, Records, Rows, Rejects int64
}

func addTallies(a, b Tally) Tally {
	return Tally{a.Units + b.Units, a.Records + b.Records, a.Rows + b.Rows, a.Rejects + b.Rejects}
}

func tallyOf(c schema.Counts) Tally {
	return Tally{Units: 1, Records: c.Records, Rows: c.Rows, Rejects: c.RejectTotal()}
}

// unitFn is the one heavy stage: it runs a unit and emits its tally. Exported
// fields are what workers get.
type unitFn struct {
	Job     string
	Spec    []byte
	Output  string
	Folder  string // of a retry, below Output
	Split   string
	Session string
}

// ProcessElement runs one unit, publishes its files and then its summary. It
// emits nothing for a unit that is left to another start. In the process that
// started the run an error is the session's, not Beam's: Prism ends a failed job
// in the midst of its other bundles, one of which may then send on a channel that
// the SDK has just closed.
func (f *unitFn) ProcessElement(ctx context.Context, unit Unit, emit func(Tally)) error {
	s, err := findSession(f.Session)
	switch {
	case err != nil:
		return err
	case s == nil:
		return f.runOnWorker(ctx, unit, emit)
	case !s.begin():
		return nil
	}
	defer s.active.Done()
	counts, done, err := s.do(f, unit)
	if err != nil {
		s.fail(err)
	}
	if done {
		f.finish(ctx, counts, emit)
	}
	return nil
}

func (f *unitFn) runOnWorker(ctx context.Context, unit Unit, emit func(Tally)) error {
	store, err := storage.Open(f.Output)
	if err != nil {
		return err
	}
	job, err := workerJob(f.Job, f.Spec)
	if err != nil {
		return err
	}
	counts, err := f.run(ctx, inFolder(store, f.Folder), job, unit, func(Progress) {})
	if err != nil {
		return err
	}
	f.finish(ctx, counts, emit)
	return nil
}

func (f *unitFn) finish(ctx context.Context, counts schema.Counts, emit func(Tally)) {
	tally := tallyOf(counts)
	recordCounter.Inc(ctx, tally.Records)
	rowCounter.Inc(ctx, tally.Rows)
	rejectCounter.Inc(ctx, tally.Rejects)
	emit(tally)
}

// tallyFn ends the pipeline. Where the run was started in this process it hands
// the sum of all tallies over for the commit to compare.
type tallyFn struct {
	Session string
}

// ProcessElement takes the only element: the sum over all units.
func (f *tallyFn) ProcessElement(sum Tally) {
	if s, _ := findSession(f.Session); s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tally = &sum
	}
}
