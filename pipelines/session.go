package pipelines

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
)

// session is the state of a run in the process that started it. Units that run
// in this process find it by its id, which crosses Beam as a string; units on
// workers elsewhere find none and do without.
type session struct {
	id     string
	job    Job
	meter  *meter
	ctx    context.Context // ends when the caller's does or when a unit fails
	cancel context.CancelCauseFunc

	mu     sync.Mutex
	active sync.WaitGroup // units being run; grows only while mu is held and not ended
	ended  bool
	err    error  // why the first unit failed or was not begun
	tally  *Tally // what the pipeline's last stage saw
}

// sessions holds the runs of this process by id.
var sessions sync.Map // of string to *session

// errEnded stops a unit that the runner starts after its run is over.
var errEnded = errors.New("pipelines: the run is over")

func newSession(ctx context.Context, job Job, m *meter) *session {
	s := &session{id: rand.Text(), job: job, meter: m}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	sessions.Store(s.id, s)
	return s
}

// findSession returns the run of that id if this process started it, else nil.
func findSession(id string) *session {
	s, _ := sessions.Load(id)
	found, _ := s.(*session)
	return found
}

// begin counts a unit as running; the caller owes active.Done unless there is an
// error.
func (s *session) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errEnded
	}
	if s.ctx.Err() != nil {
		s.record(context.Cause(s.ctx))
		return s.err
	}
	s.active.Add(1)
	return nil
}

// end stops the units that are still running, which the runner leaves alone
// after a failure, waits for them and forgets the run.
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

// record keeps the first error. From then on all that the runner logs is that
// error over and over. The caller holds mu.
func (s *session) record(err error) {
	if s.err == nil {
		s.err = err
		beamLog.mute()
	}
}

// result returns the sum of the tallies, nil when the pipeline ended elsewhere.
// A unit's own error goes before err, what the runner made of it.
func (s *session) result(err error) (*Tally, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	return s.tally, err
}
