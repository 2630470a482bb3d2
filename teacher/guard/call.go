package guard

import (
	"context"
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/teacher"
)

// call is one Ground on its way.
type call struct {
	*Teacher
	shape    teacher.Shape
	size     int   // of the batch
	answered int   // examples so far
	oversize int   // examples that did not fit alone
	faults   int   // as Options.MaxBad counts them
	cause    error // of the first fault
}

// ground fills out with the answers for batch, a limit's worth at a time. An
// error ends the call.
func (c *call) ground(ctx context.Context, batch []teacher.Prepared, out []teacher.Answer) error {
	for len(batch) > 0 {
		n := c.cut(c.shape, len(batch))
		if err := c.part(ctx, batch[:n:n], out[:n]); err != nil {
			return err
		}
		batch, out = batch[n:], out[n:]
	}
	return nil
}

func (c *call) part(ctx context.Context, batch []teacher.Prepared, out []teacher.Answer) error {
	answers, failure, err := c.run(ctx, batch)
	switch {
	case err != nil:
		return err
	case failure == nil:
		c.answered += copy(out, answers)
		return nil
	case len(batch) == 1:
		return c.reject(&out[0], failure)
	default:
		return c.split(ctx, batch, out, failure)
	}
}

// reject blames the example of a run of one.
func (c *call) reject(out *teacher.Answer, failure error) error {
	c.observe(Rejected, 1, failure)
	if errors.Is(failure, teacher.ErrOutOfMemory) {
		c.oversize++
	}
	out.Err = fmt.Errorf("%w: %w", teacher.ErrExample, failure)
	return c.fault(failure)
}

// split runs the halves of a failed run and then knows what it failed for: an
// example, the size, or nothing that anyone can repeat.
func (c *call) split(ctx context.Context, batch []teacher.Prepared, out []teacher.Answer, failure error) error {
	c.observe(Split, len(batch), failure)
	faults, oversize := c.faults, c.oversize
	half := (len(batch) + 1) / 2
	if err := c.ground(ctx, batch[:half], out[:half]); err != nil {
		return err
	}
	if err := c.ground(ctx, batch[half:], out[half:]); err != nil {
		return err
	}
	switch {
	case errors.Is(failure, teacher.ErrOutOfMemory):
		// An example that no batch can hold must not slow down all others.
		if c.oversize == oversize && c.lower(c.shape, half) {
			c.observe(Limited, half, failure)
		}
		return nil
	case c.faults > faults:
		return nil
	default:
		return c.fault(failure)
	}
}

// fault counts a fault; the error says that there are too many.
func (c *call) fault(cause error) error {
	if c.faults++; c.faults == 1 {
		c.cause = cause
	}
	if c.faults <= c.options.MaxBad {
		return nil
	}
	return fmt.Errorf("guard: more than %d faults in a batch of %d, so the teacher is at fault and not the examples; the first: %w",
		c.options.MaxBad, c.size, c.cause)
}

// verdict tells a teacher at fault from bad examples when all is done.
func (c *call) verdict() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answered > 0 {
		c.failed = 0
		return nil
	}
	if c.failed += c.size; c.failed > c.options.MaxBad {
		return fmt.Errorf("guard: %d examples failed in a row, so the teacher is at fault and not the examples; the first of the last batch: %w", c.failed, c.cause)
	}
	return nil
}

func (c *call) observe(k Kind, size int, failure error) {
	c.options.Observe(Event{Kind: k, Shape: c.shape, Size: size, Err: failure})
}

// cut returns how many of n examples of a shape may share a run.
func (t *Teacher) cut(s teacher.Shape, n int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if limit, ok := t.limits[s]; ok {
		return min(n, limit)
	}
	return n
}

// lower sets the limit of a shape, unless it is that low already.
func (t *Teacher) lower(s teacher.Shape, to int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if limit, ok := t.limits[s]; ok && limit <= to {
		return false
	}
	t.limits[s] = to
	return true
}
