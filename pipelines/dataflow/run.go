package dataflow

import (
	"context"
	"fmt"
	"time"
)

// Run stages the files, submits the job and waits until it has ended. Closing stop
// cancels the job, the end of ctx abandons it after asking for that; see the
// package's documentation. observe, which may be nil, is called from this
// goroutine when the job exists and then with each change of its state and each
// new warning or error.
func (j *Job) Run(ctx context.Context, stop <-chan struct{}, observe func(Event)) error {
	wanted, end := whileWanted(ctx, stop)
	defer end()
	c, err := newClient(wanted, j.opts, j.pace)
	if err == nil {
		err = j.stage(wanted)
	}
	if wanted.Err() != nil {
		return fmt.Errorf("dataflow: nothing was submitted: %w", context.Cause(wanted))
	}
	if err != nil {
		return err
	}
	patient, release := outlast(ctx, j.pace.Grace)
	defer release()
	made, err := c.submission(*j.job).create(patient, wanted)
	if err != nil {
		return err
	}
	w := &watch{client: c, id: made.Id, stop: stop, observe: observe, heard: time.Now(), pauses: j.pace.pauses()}
	w.report(stateOf(made.CurrentState))
	return w.run(ctx, patient)
}

// whileWanted returns a context that ends with ctx, by ErrStopped when stop is
// closed, or by end.
func whileWanted(ctx context.Context, stop <-chan struct{}) (wanted context.Context, end func()) {
	wanted, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	select {
	case <-stop:
		cancel(ErrStopped)
	default:
	}
	go func() {
		defer close(ended)
		select {
		case <-stop:
			cancel(ErrStopped)
		case <-wanted.Done():
		}
	}()
	return wanted, func() {
		cancel(nil)
		<-ended
	}
}

// outlast returns a context that ends the grace after ctx.
func outlast(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() {
		forget()
		cancel()
	}
}
