package pipelines

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// pauses are the waits between the attempts at a unit whose input cannot be read.
// Stores have retried each failed request before; this is for what takes longer
// to come back, such as a network share.
var pauses = [...]time.Duration{2 * time.Second, 10 * time.Second}

// errLeft is what do returns for a unit that it gave up because the run is to end.
var errLeft = errors.New("left for another start")

// do runs a unit until it is done, has failed or is given up. An error that wraps
// ErrInput says that the input cannot be read, now and most likely later.
func (s *session) do(ctx context.Context, f *unitFn, unit Unit) (schema.Counts, error) {
	s.meter.begin()
	defer s.meter.end()
	for attempt := 0; ; attempt++ {
		meter := s.meter.unit()
		counts, err := f.run(ctx, s.store, s.job, unit, s.reporter(meter.add))
		if err == nil || ctx.Err() != nil || !errors.Is(err, ErrInput) {
			return counts, err
		}
		meter.undo()
		if attempt == len(pauses) || lasting(err) {
			return counts, err
		}
		if left := s.wait(ctx, pauses[attempt]); left {
			return counts, errLeft
		}
	}
}

// reporter makes a Task.Report that ends the run where the limits are passed.
func (s *session) reporter(add func(Progress) error) func(Progress) {
	return func(step Progress) {
		if err := add(step); err != nil {
			s.fail(err)
		}
	}
}

// wait pauses before another attempt. left is true when a unit must be left
// because the run is to end.
func (s *session) wait(ctx context.Context, pause time.Duration) (left bool) {
	select {
	case <-s.after(pause):
		return false
	case <-ctx.Done():
		return false // the next attempt says why
	case <-s.stop:
		return true
	}
}

// lasting reports whether it is of no use to try an input again soon.
func lasting(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, ErrFormat)
}

// run does a unit's work once. A panic of the job is an error of the unit.
func (f *unitFn) run(ctx context.Context, store storage.Store, job Job, unit Unit, report func(Progress)) (counts schema.Counts, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("unit %d (%s): panic: %v", unit.Index, unit.Name, p)
		}
	}()
	task := Task{Unit: unit, Store: store, Report: report}
	if len(unit.History) > 0 {
		if task.Records, err = readSelection(ctx, f.Output, unit); err != nil {
			return counts, fmt.Errorf("unit %d (%s): %w", unit.Index, unit.Name, err)
		}
	}
	summary, err := job.RunUnit(ctx, task)
	if err == nil {
		err = publishUnit(ctx, store, f.Split, unit, summary)
	}
	switch {
	case errors.Is(err, storage.ErrConflict) && f.Folder == "":
		return counts, fmt.Errorf("unit %d (%s): %w; if nothing else writes to that folder, --redo %d does the unit again", unit.Index, unit.Name, err, unit.Index)
	case err != nil:
		return counts, fmt.Errorf("unit %d (%s): %w", unit.Index, unit.Name, err)
	}
	report(Progress{Units: 1})
	return summary.Counts, nil
}
