package pipelines

import (
	"context"
	"fmt"
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
	Split   string
	Session string
}

// ProcessElement runs one unit, publishes its files and then its summary.
func (f *unitFn) ProcessElement(ctx context.Context, unit Unit, emit func(Tally)) error {
	s := findSession(f.Session)
	if s == nil {
		return f.runOnWorker(ctx, unit, emit)
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.active.Done()
	counts, err := f.run(s.ctx, s.job, unit, s.meter.add)
	if err != nil {
		s.fail(err)
		return err
	}
	f.finish(ctx, counts, emit)
	return nil
}

func (f *unitFn) runOnWorker(ctx context.Context, unit Unit, emit func(Tally)) error {
	job, err := workerJob(f.Job, f.Spec)
	if err != nil {
		return err
	}
	counts, err := f.run(ctx, job, unit, func(Progress) {})
	if err != nil {
		return err
	}
	f.finish(ctx, counts, emit)
	return nil
}

// run does a unit's work. A panic of the job is an error of the unit.
func (f *unitFn) run(ctx context.Context, job Job, unit Unit, report func(Progress)) (counts schema.Counts, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("unit %d (%s): panic: %v", unit.Index, unit.Name, p)
		}
	}()
	store, err := storage.Open(f.Output)
	if err != nil {
		return counts, err
	}
	summary, err := job.RunUnit(ctx, Task{Unit: unit, Store: store, Report: report})
	if err != nil {
		return counts, fmt.Errorf("unit %d (%s): %w", unit.Index, unit.Name, err)
	}
	if err := publishUnit(ctx, store, f.Split, unit, summary); err != nil {
		return counts, err
	}
	report(Progress{Units: 1})
	return summary.Counts, nil
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
	if s := findSession(f.Session); s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tally = &sum
	}
}
