package pipelines

import (
	"context"
	"errors"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/groundmill/groundmill/schema"
)

func init() {
	beam.RegisterType(reflect.TypeFor[Unit]())
	beam.RegisterType(reflect.TypeFor[Outcome]())
	register.DoFn3x1[context.Context, Unit, func(Outcome), error](&unitFn{})
	register.DoFn2x1[context.Context, Outcome, error](&outcomeFn{})
	register.Emitter1[Outcome]()
	register.Function2x1(addOutcomes)
}

// Counters that runners show while a pipeline runs.
var (
	recordCounter = beam.NewCounter("groundmill", "records")
	rowCounter    = beam.NewCounter("groundmill", "rows")
	rejectCounter = beam.NewCounter("groundmill", "rejects")
	unitCounter   = beam.NewCounter("groundmill", "units")
)

// unitFn is the one heavy stage: it runs a unit and emits its outcome. Exported
// fields are what workers get.
type unitFn struct {
	Job     string
	Spec    []byte
	Output  string
	Folder  string // of a retry, below Output
	Split   string
	Session string
	Record  []byte // schema.RunRecord, as far as it is known where the run was started
}

// ProcessElement runs one unit, publishes its files and then its summary. It
// emits nothing for a unit that is left to another start. In the process that
// started the run an error is the session's, not Beam's: Prism ends a failed job
// in the midst of its other bundles, one of which may then send on a channel that
// the SDK has just closed.
func (f *unitFn) ProcessElement(ctx context.Context, unit Unit, emit func(Outcome)) error {
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
	counts, err := s.do(s.ctx, f, unit)
	switch {
	case err == nil:
		s.succeed()
		f.finish(ctx, counts, emit)
	case errors.Is(err, errLeft):
		s.leave()
	case errors.Is(err, ErrInput) && s.ctx.Err() == nil:
		s.quarantine(unit, err)
	default:
		s.fail(err)
	}
	return nil
}

func (f *unitFn) finish(ctx context.Context, counts schema.Counts, emit func(Outcome)) {
	tally := tallyOf(counts)
	unitCounter.Inc(ctx, tally.Units)
	recordCounter.Inc(ctx, tally.Records)
	rowCounter.Inc(ctx, tally.Rows)
	rejectCounter.Inc(ctx, tally.Rejects)
	emit(Outcome{Tally: tally})
}

// outcomeFn ends the pipeline: it hands the sum of all outcomes over to whoever
// started the run.
type outcomeFn struct {
	Session string
	Output  string
	Folder  string
}

// ProcessElement takes the only element: the sum over all units.
func (f *outcomeFn) ProcessElement(ctx context.Context, sum Outcome) error {
	s, err := findSession(f.Session)
	switch {
	case err != nil: // too late for anybody to need it
		return nil
	case s == nil:
		return f.publish(ctx, sum)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcome = &sum
	return nil
}
