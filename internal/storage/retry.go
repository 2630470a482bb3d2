package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	gcs "cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
)

// errStalled ends a request that takes too long.
var errStalled = errors.New("no answer in time")

// retryPolicy says how requests are repeated.
type retryPolicy struct {
	attempts    int           // the most requests
	first, most time.Duration // bounds of the pauses between them
	stall       time.Duration // the most for a request
}

// do makes call until it succeeds, fails for good, was made often enough or ctx
// ends. Each call has a context of its own, which ends when the call is taking
// too long.
func (p retryPolicy) do(ctx context.Context, call func(context.Context) error) error {
	pauses := p.pauses()
	for attempt := 1; ; attempt++ {
		err := p.once(ctx, call)
		if err == nil || !transient(err) {
			return err
		}
		if attempt >= p.attempts {
			return fmt.Errorf("%w (after %d attempts)", err, attempt)
		}
		if err := pauses.wait(ctx); err != nil {
			return err
		}
	}
}

// once makes one call.
func (p retryPolicy) once(ctx context.Context, call func(context.Context) error) error {
	attempt, cancel := context.WithTimeoutCause(ctx, p.stall, errStalled)
	defer cancel()
	err := call(attempt)
	return causeOf(attempt, err)
}

// causeOf returns why ctx ended, if err is only its consequence.
func causeOf(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// transient reports whether the same request may succeed a little later: after
// the statuses 408, 429 and 5xx, connections that broke and answers that did not
// come.
func transient(err error) bool { return errors.Is(err, errStalled) || gcs.ShouldRetry(err) }

// longest bounds the time that all attempts together may take where the client
// library makes them, which counts time, not attempts.
func (p retryPolicy) longest() time.Duration {
	return time.Duration(p.attempts) * (p.stall + p.most)
}

// pauses are the growing, random pauses between attempts.
type pauses struct{ backoff gax.Backoff }

func (p retryPolicy) pauses() *pauses {
	return &pauses{gax.Backoff{Initial: p.first, Max: p.most, Multiplier: 2}}
}

// wait waits for the next pause or the end of ctx, whose cause it returns.
func (p *pauses) wait(ctx context.Context) error {
	return causeOf(ctx, gax.Sleep(ctx, p.backoff.Pause()))
}
