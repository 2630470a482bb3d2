package dataflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cloud.google.com/go/auth"
	df "google.golang.org/api/dataflow/v1b3"
)

// watch waits for a job to end.
type watch struct {
	*client
	id      string
	observe func(Event)
	stop    <-chan struct{} // nil once it was closed
	pauses  *pauses

	stopping bool      // stop was closed
	asked    bool      // the service has taken the wish to cancel the job
	state    string    // as it was reported
	heard    time.Time // when the job's state was last told
	messages messages
}

// run waits until the job has ended or the wait has to. Answers are waited for
// under ctx, those to the wish to cancel the job under patient.
func (w *watch) run(ctx, patient context.Context) error {
	for {
		if err := w.cancelIfStopped(patient); err != nil && ctx.Err() == nil {
			return err
		}
		ended, err := w.poll(ctx)
		if ctx.Err() != nil && !ended {
			return w.abandon(ctx, patient)
		}
		if ended || err != nil {
			return err
		}
		w.pause(ctx)
	}
}

// pause waits for the next poll, or for less if there is something to do.
func (w *watch) pause(ctx context.Context) {
	timer := time.NewTimer(w.pauses.pause())
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-w.stop:
	case <-timer.C:
	}
}

// poll asks for the job's state once. An answer that does not come, or a state
// that this program does not know, is no error until the patience ends.
func (w *watch) poll(ctx context.Context) (ended bool, err error) {
	var job *df.Job
	err = w.ask(ctx, func(ctx context.Context) (err error) {
		job, err = w.jobs.Get(w.project, w.region, w.id).View("JOB_VIEW_SUMMARY").Context(ctx).Do()
		return err
	})
	if err == nil {
		state := stateOf(job.CurrentState)
		ended, err = w.end(state)
		w.hear(ctx, state)
		if failed := (*FailedError)(nil); errors.As(err, &failed) {
			failed.Messages = w.messages.errors
		}
		if ended {
			return true, err
		}
	}
	switch {
	case err == nil:
		w.heard = time.Now()
		return false, nil
	case final(err), time.Since(w.heard) > w.pace.Patience:
		return false, w.lost(w.explain(err))
	}
	return false, nil
}

// final reports whether asking again is useless.
func final(err error) bool {
	var token *auth.Error
	switch status(err) {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return errors.As(err, &token) && !transient(err)
}

// hear reports what is new. Messages that cannot be had are no reason to stop
// waiting for the job; those that say why it failed are asked for more than once.
func (w *watch) hear(ctx context.Context, state string) {
	ask := w.ask
	if state == stateFailed {
		ask = func(ctx context.Context, request func(context.Context) error) error {
			return w.insist(ctx, ctx, request)
		}
	}
	fresh := w.listen(ctx, ask)
	w.report(state)
	for _, m := range fresh {
		w.tell(Event{State: state, Message: &m})
	}
}

// report tells of a state, if it is new.
func (w *watch) report(state string) {
	if state != w.state {
		w.state = state
		w.tell(Event{State: state})
	}
}

func (w *watch) tell(e Event) {
	if w.observe != nil {
		e.JobID, e.Console = w.id, w.console(w.id)
		w.observe(e)
	}
}

// end says whether a state is the end of a job, and what that means.
func (w *watch) end(state string) (ended bool, err error) {
	switch {
	case onTheWay[state]:
		return false, nil
	case state == stateDone:
		return true, nil
	case state == stateFailed:
		return true, &FailedError{JobID: w.id, Console: w.console(w.id)}
	case state == stateCancelled && w.stopping:
		return true, fmt.Errorf("dataflow: job %s: %w", w.id, ErrStopped)
	case state == stateCancelled:
		return true, fmt.Errorf("dataflow: job %s: %w", w.id, ErrCancelled)
	case state == stateDrained, state == stateUpdated:
		return true, fmt.Errorf("dataflow: job %s was %s from outside before it was done, see %s; run the same command again to continue",
			w.id, state, w.console(w.id))
	}
	return false, fmt.Errorf("it is %s, a state that this program does not know", state)
}

func (w *watch) lost(err error) error {
	return &LostError{JobID: w.id, Console: w.console(w.id), Err: err}
}

// cancelIfStopped asks for the job's cancellation once stop is closed, until the
// service has taken that. A job that has just ended cannot be cancelled; the next
// poll says so.
func (w *watch) cancelIfStopped(ctx context.Context) error {
	select {
	case <-w.stop:
		w.stop, w.stopping = nil, true
		w.pauses = w.pace.pauses()
	default:
	}
	if !w.stopping || w.asked {
		return nil
	}
	err := w.cancel(ctx)
	w.asked = err == nil
	if final(err) {
		return w.lost(fmt.Errorf("it could not be cancelled: %w", w.explain(err)))
	}
	return nil
}

func (w *watch) cancel(ctx context.Context) error {
	return w.ask(ctx, func(ctx context.Context) error {
		_, err := w.jobs.Update(w.project, w.region, w.id, &df.Job{RequestedState: "JOB_STATE_CANCELLED"}).Context(ctx).Do()
		return err
	})
}

// abandon asks for the job's cancellation and waits for nothing.
func (w *watch) abandon(ctx, patient context.Context) error {
	cause := context.Cause(ctx)
	if w.asked {
		return cause
	}
	if err := w.cancel(patient); err != nil {
		return w.lost(fmt.Errorf("%w; it could not be cancelled: %w", cause, oneLine(err)))
	}
	return cause
}
