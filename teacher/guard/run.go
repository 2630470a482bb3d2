package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/groundmill/groundmill/teacher"
)

// ErrHung is the cause of a run that was cancelled because it took longer than
// Options.RunLimit, or that went on for Options.Grace after it was cancelled.
var ErrHung = errors.New("the run hung")

// run grounds a batch in one run of the teacher inside. A failure may be the
// fault of an example or of the batch's size; err ends the call.
func (t *Teacher) run(ctx context.Context, batch []teacher.Prepared) (answers []teacher.Answer, failure, err error) {
	if err := t.usable(ctx); err != nil {
		return nil, nil, err
	}
	answers, failure = t.limited(ctx, batch)
	switch {
	case errors.Is(failure, teacher.ErrDeviceLost):
		t.lose(failure)
		if ctx.Err() != nil {
			failure = fmt.Errorf("%w; %w", context.Cause(ctx), failure)
		}
		return nil, nil, failure
	case failure != nil && ctx.Err() != nil:
		return nil, nil, context.Cause(ctx)
	case failure == nil && len(answers) != len(batch):
		return nil, nil, fmt.Errorf("guard: the teacher gave %d answers for %d examples; this is a bug in it", len(answers), len(batch))
	}
	return answers, failure, nil
}

// usable says why no further run makes sense.
func (t *Teacher) usable(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}

func (t *Teacher) lose(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = err
}

// limited cancels the run after the limit, and leaves it behind if it then does
// not return. What comes back in time counts, be it late.
func (t *Teacher) limited(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.options.RunLimit, ErrHung)
	defer cancel()
	done := t.start(ctx, batch)
	select {
	case r := <-done:
		return r.answers, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-done:
		return r.answers, t.late(ctx, r.err)
	case <-time.After(t.options.Grace):
		return nil, t.abandon()
	}
}

// late is what a run's error means after the run was cancelled.
func (t *Teacher) late(ctx context.Context, err error) error {
	if err == nil || context.Cause(ctx) != ErrHung {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrHung) {
		// Not wrapped: it would look like a deadline of the caller.
		return fmt.Errorf("%w: cancelled after %v", ErrHung, t.options.RunLimit)
	}
	return fmt.Errorf("%w: cancelled after %v: %w", ErrHung, t.options.RunLimit, err)
}

func (t *Teacher) abandon() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.abandoned = true
	return fmt.Errorf("guard: %w: %w and was still going %v after it was cancelled; start the process again",
		teacher.ErrDeviceLost, ErrHung, t.options.Grace)
}

// outcome is what a run returned.
type outcome struct {
	answers []teacher.Answer
	err     error
}

// start runs the teacher inside in a goroutine, which outlives the call when
// the run is left behind.
func (t *Teacher) start(ctx context.Context, batch []teacher.Prepared) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		var r outcome
		defer func() {
			if v := recover(); v != nil {
				r.err = panicked(v)
			}
			done <- r
		}()
		r.answers, r.err = t.inner.Ground(ctx, batch)
	}()
	return done
}

func panicked(v any) error {
	if err, ok := v.(error); ok {
		return fmt.Errorf("the teacher panicked: %w", err)
	}
	return fmt.Errorf("the teacher panicked: %v", v)
}
