package pipelines

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// runOnWorker does a unit in a process that did not start the run. A unit whose
// input cannot be read is part of the outcome; any other error is for the engine,
// which tries the unit again or gives the job up.
func (f *unitFn) runOnWorker(ctx context.Context, unit Unit, emit func(Outcome)) error {
	s, err := f.join(ctx)
	if err != nil {
		return err
	}
	counts, err := s.do(ctx, f, unit)
	switch {
	case err == nil:
		f.finish(ctx, counts, emit)
	case errors.Is(err, ErrInput) && ctx.Err() == nil:
		emit(Outcome{Failed: []FailedUnit{{Index: unit.Index, Error: err.Error()}}})
	default:
		return err
	}
	return nil
}

// crew is what a worker process knows of the runs that it works for. Nothing tells
// it when a run is over, so nothing is ever closed. What failed is not kept: the
// engine's next attempt may find the bucket or the model in reach.
type crew struct {
	mu       sync.Mutex
	jobs     map[jobKey]Job
	sessions map[string]*session
}

// thisCrew is that of this process: one teacher serves all units that it does.
var thisCrew = crew{jobs: map[jobKey]Job{}, sessions: map[string]*session{}}

// jobKey identifies a job: its kind and the digest of its spec.
type jobKey struct {
	name string
	spec [sha256.Size]byte
}

// join returns this process's part in a run, opening what that needs the first
// time.
func (f *unitFn) join(ctx context.Context) (*session, error) {
	c := &thisCrew
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.sessions[f.Session]; s != nil {
		return s, nil
	}
	store, err := storage.Open(f.Output)
	if err != nil {
		return nil, err
	}
	s := &session{id: f.Session, store: inFolder(store, f.Folder), after: time.After, meter: &meter{}}
	if s.job, err = c.job(f.Job, f.Spec); err != nil {
		return nil, fmt.Errorf("open job: %w", err)
	}
	if err := f.claim(ctx, s); err != nil {
		return nil, err
	}
	c.sessions[f.Session] = s
	return s, nil
}

// job returns the process's job of that name and spec. The caller holds mu.
func (c *crew) job(name string, spec []byte) (Job, error) {
	key := jobKey{name, sha256.Sum256(spec)}
	if job := c.jobs[key]; job != nil {
		return job, nil
	}
	job, err := openJob(name, spec)
	if err == nil {
		c.jobs[key] = job
	}
	return job, err
}

// claim proves that this worker's job is the run's, and that run.json says the
// same. The first worker to come writes it: what computes, and on what, is not
// known where the run was started.
func (f *unitFn) claim(ctx context.Context, s *session) error {
	var planned schema.RunRecord
	if err := json.Unmarshal(f.Record, &planned); err != nil {
		return fmt.Errorf("run record: %w", err)
	}
	ours := planned
	ours.Identity = s.job.Identity()
	ours.Job, ours.RetryOf = planned.Job, planned.RetryOf
	if diffs := differences(&planned, &ours); len(diffs) > 0 {
		return &WorkerError{diffs}
	}
	o := output{store: s.store, record: ours}
	err := o.publishRecord(ctx)
	if !errors.Is(err, storage.ErrConflict) {
		return err
	}
	theirs, err := readRecord(ctx, s.store)
	if err != nil {
		return err
	}
	if diffs := differences(theirs, &ours); len(diffs) > 0 {
		return &WorkerError{diffs}
	}
	return fmt.Errorf("output %s: %s is not as this version writes it", s.store, schema.RunName)
}
