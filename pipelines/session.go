package pipelines

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/groundmill/groundmill/internal/storage"
)

// session is the state of a run in a process: in the one that started it, where
// units that run there find it by its id, which crosses Beam as a string; and, with
// less in it, in each worker elsewhere, see unitFn.join.
type session struct {
	id     string
	output string
	store  storage.Store
	job    Job
	meter  *meter
	units  int                                  // of the plan
	stop   <-chan struct{}                      // closed when no more units shall be begun
	after  func(time.Duration) <-chan time.Time // time.After, or a test's
	ctx    context.Context                      // ends when the caller's does or when a unit fails
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	active   sync.WaitGroup // units being run; grows only while mu is held and not ended
	ended    bool
	err      error         // why the first unit failed or was not begun
	outcome  *Outcome      // what the pipeline's last stage saw
	failed   []Quarantined // units whose input could not be read
	inARow   int           // failed since the last unit that was finished
	leftOver int           // units that were not begun, or given up, on request
}

// giveUpAfter is how many units in a row may fail before the rest is not tried:
// then it is not the inputs but the way to them that is broken.
const giveUpAfter = 16

// sessions holds the runs of this process by id.
var sessions sync.Map // of string to *session

// errEnded stops a unit that the runner starts after its run is over.
var errEnded = errors.New("pipelines: the run is over")

func newSession(ctx context.Context, r *run, f *found) *session {
	s := &session{
		id: thisProcess + rand.Text(), output: r.store.String(), store: r.store, job: r.job, meter: newMeter(r, f),
		units: len(r.req.Plan.Units), stop: r.opts.Stop, after: r.opts.After,
	}
	if s.after == nil {
		s.after = time.After
	}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	sessions.Store(s.id, s)
	return s
}

// thisProcess begins the ids of all sessions of this process.
var thisProcess = rand.Text()

// findSession returns the run of that id if this process started it, else nil.
// The error is errEnded where this process started it, but it is over: the runner
// may begin a unit that late.
func findSession(id string) (*session, error) {
	if s, ok := sessions.Load(id); ok {
		return s.(*session), nil
	}
	if strings.HasPrefix(id, thisProcess) {
		return nil, errEnded
	}
	return nil, nil
}

// begin counts a unit as running. When ok the caller owes a call of active.Done;
// when not, the unit is left for another start.
func (s *session) begin() (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return false
	case s.ctx.Err() != nil:
		s.record(context.Cause(s.ctx))
		return false
	case s.stopped() || s.inARow >= giveUpAfter:
		s.leftOver++
		return false
	}
	s.active.Add(1)
	return true
}

// stopped reports whether no more units shall be begun.
func (s *session) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// end stops the units that are still running, which the runner leaves alone
// after a failure of its own, waits for them and forgets the run.
func (s *session) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.cancel(errEnded)
	s.active.Wait()
	sessions.Delete(s.id)
}

// fail records the first error and stops the other units.
func (s *session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(err)
	s.cancel(err)
}

// record keeps the first error. The caller holds mu.
func (s *session) record(err error) {
	if s.err == nil {
		s.err = err
	}
}

// quarantine leaves a unit out.
func (s *session) quarantine(unit Unit, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, Quarantined{unit, err})
	s.inARow++
}

// leave gives a unit up that was waiting to be tried again.
func (s *session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leftOver++
}

// succeed notes that a unit is done.
func (s *session) succeed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inARow = 0
}

// result returns the sum of the tallies, nil when the pipeline ended elsewhere and
// nothing came back. A unit's own error goes before err, what the runner made of it.
func (s *session) result(err error) (*Tally, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return nil, s.err
	case errors.Is(err, errStopped), err == nil && s.leftOver > 0 && s.stopped():
		return nil, &StoppedError{Output: s.output, Done: s.meter.sum.Units, Units: s.units}
	case err != nil:
		return nil, err
	case len(s.failed) > 0:
		slices.SortFunc(s.failed, func(a, b Quarantined) int { return a.Unit.Index - b.Unit.Index })
		return nil, &IncompleteError{Output: s.output, Units: s.units, Failed: s.failed, GaveUp: s.leftOver > 0}
	case s.outcome == nil:
		return nil, nil
	}
	return &s.outcome.Tally, nil
}

// adopt takes over how the units have ended on workers elsewhere.
func (s *session) adopt(sum *Outcome, plan Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcome = sum
	if sum == nil {
		return
	}
	for _, failed := range sum.Failed {
		s.failed = append(s.failed, Quarantined{plan.Units[failed.Index], errors.New(failed.Error)})
	}
}
