package jobserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

// watch waits for the end of a submitted job.
type watch struct {
	client jobpb.JobServiceClient
	id     string
	patience
	observe func(Event)

	asked   bool   // to cancel the job
	failed  bool   // the job has, and perhaps tells why yet
	problem string // the newest error that the server told of
}

// received is what a stream of messages gives.
type received struct {
	response *jobpb.JobMessagesResponse
	err      error
}

// wait is Job.Run from the submission on.
func (w *watch) wait(ctx context.Context, stop <-chan struct{}) error {
	stream, cancel := w.listen(ctx)
	defer cancel()
	var grace <-chan time.Time
	for {
		select {
		case r := <-stream:
			if r.err != nil {
				return w.resolve(ctx, r.err)
			}
			if ended, err := w.take(r.response); ended {
				return err
			}
			if w.failed && grace == nil {
				grace = time.After(w.grace)
			}
		case <-grace:
			return w.failure()
		case <-stop:
			stop = nil
			if err := w.cancel(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return w.leave(ctx)
		}
	}
}

// listen receives the job's messages until cancel is called.
func (w *watch) listen(ctx context.Context) (<-chan received, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	out := make(chan received)
	go func() {
		stream, err := w.client.GetMessageStream(ctx, &jobpb.JobMessagesRequest{JobId: w.id})
		for err == nil {
			var r *jobpb.JobMessagesResponse
			if r, err = stream.Recv(); err == nil {
				send(ctx, out, received{response: r})
			}
		}
		send(ctx, out, received{err: err})
	}()
	return out, cancel
}

func send(ctx context.Context, to chan<- received, r received) {
	select {
	case to <- r:
	case <-ctx.Done():
	}
}

// take looks at a message; ended when it settles how the job has ended. A failed
// job has one more to say.
func (w *watch) take(r *jobpb.JobMessagesResponse) (ended bool, err error) {
	if m := r.GetMessageResponse(); m != nil {
		w.hear(m)
	} else {
		state := r.GetStateResponse().GetState()
		w.tell(Event{Job: w.id, State: state.String()})
		if ended, err := w.judge(state); ended {
			return true, err
		}
	}
	if w.failed && w.problem != "" {
		return true, w.failure()
	}
	return false, nil
}

func (w *watch) failure() error { return &FailedError{w.id, w.problem} }

func (w *watch) hear(m *jobpb.JobMessage) {
	if m.GetImportance() < jobpb.JobMessage_JOB_MESSAGE_WARNING {
		return
	}
	w.tell(Event{Job: w.id, Message: portable.Cause(m.GetMessageText())})
	if m.GetImportance() >= jobpb.JobMessage_JOB_MESSAGE_ERROR {
		w.problem = m.GetMessageText()
	}
}

// judge says whether a state is the end, and what end.
func (w *watch) judge(state jobpb.JobState_Enum) (ended bool, err error) {
	switch state {
	case jobpb.JobState_DONE:
		return true, nil
	case jobpb.JobState_CANCELLED:
		if w.asked {
			return true, ErrStopped
		}
		return true, fmt.Errorf("job %s: %w", w.id, ErrCancelled)
	case jobpb.JobState_UPDATED, jobpb.JobState_DRAINED:
		return true, fmt.Errorf("job %s ended as %s, which is no end of a batch job", w.id, state)
	case jobpb.JobState_FAILED:
		if w.asked { // some engines let a job that they cancel fail
			return true, ErrStopped
		}
		w.failed = true
	}
	return false, nil
}

// cancel asks the server to cancel the job.
func (w *watch) cancel(ctx context.Context) error {
	w.asked = true
	if _, err := w.client.Cancel(ctx, &jobpb.CancelJobRequest{JobId: w.id}); err != nil {
		return fmt.Errorf("cancel job %s, which may go on: %w", w.id, err)
	}
	return nil
}

// leave asks to cancel the job and does not wait for an answer for long.
func (w *watch) leave(ctx context.Context) error {
	short, end := context.WithTimeout(context.WithoutCancel(ctx), w.grace)
	defer end()
	_ = w.cancel(short)
	return context.Cause(ctx)
}

// resolve asks for the state of a job whose messages have ended: servers end them
// behind the last one, and connections break.
func (w *watch) resolve(ctx context.Context, broken error) error {
	for start := time.Now(); ; {
		state, err := w.client.GetState(ctx, &jobpb.GetJobStateRequest{JobId: w.id})
		if err == nil {
			if ended, err := w.judge(state.GetState()); ended {
				return err
			}
			if w.failed {
				return w.failure()
			}
			if errors.Is(broken, io.EOF) {
				broken = fmt.Errorf("its messages ended, its state is %s", state.GetState())
			}
		}
		switch {
		case ctx.Err() != nil:
			return w.leave(ctx)
		case time.Since(start) > w.lost:
			return fmt.Errorf("job %s, which may go on, was lost: %w; when it has ended, the same command continues", w.id, broken)
		}
		pause(ctx, w.pause)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (w *watch) tell(e Event) {
	if w.observe != nil {
		w.observe(e)
	}
}
