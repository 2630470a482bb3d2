package pipelines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Request is one run of a registered job over a plan. Equal requests continue
// each other.
type Request struct {
	Job    string // as registered
	Spec   []byte // what the job's Factory decodes
	Plan   Plan
	Output string // folder of the results, as storage.Open takes it
	Split  string // first part of the file names, such as "train"
	// Kinds are the files that each unit has, beside its summary.
	Kinds []schema.Kind
	// Redo are the numbers of units to do again, though they are done.
	Redo []int
	// Retry, if not empty, makes a run of its own below the finished run in
	// Output: over its rejects of these reasons.
	Retry []schema.Reason
}

// Options say how to run; they have no influence on the results.
type Options struct {
	// Beam says which runner does the units.
	Beam BeamOptions
	// Limits end a run that rejects too much. They do not hold for a retry, which
	// may well reject all of its records again.
	Limits Limits
	// Stop, when closed, ends the run after the units that are being worked on,
	// with a *StoppedError.
	Stop <-chan struct{}
	// Begin, if set, is called once with what the output folder holds, before
	// that is changed. The units that are not done are done next.
	Begin func(*Status)
	// Job, if set, is told of the job of a run that is not done in this process.
	Job func(JobEvent)
	// Observe, if set, is called with the sum after each step of progress, from
	// any goroutine but one at a time. It must be quick.
	Observe func(Progress)
	// After is time.After, which nil means, or what a test puts in its place:
	// it times the pauses before an input is read again.
	After func(time.Duration) <-chan time.Time
	// Poll is how often a job that goes on elsewhere, and what it has done, is looked
	// at; 0 is right outside of tests.
	Poll time.Duration
}

// Run does the units of the plan that the output folder does not hold yet, and
// commits the results of all. It continues what an equal request has begun; a
// complete run it leaves as it is and returns its manifest.
//
// After an error, also that of a cancelled ctx, there is no _SUCCESS, files that
// do have their final name are whole, and the same request continues, but for a
// *RefusedError: nothing was touched then. *StoppedError, *IncompleteError and
// *BudgetError are for the caller to tell apart. When Run returns, nothing of the
// run goes on in this process. Runs of one process are serialised.
func Run(ctx context.Context, req Request, opts Options) (*schema.Manifest, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	r, err := prepare(ctx, req, opts)
	if err != nil {
		return nil, &RefusedError{err}
	}
	manifest, err := r.run(ctx)
	if closeErr := r.close(); err == nil && closeErr != nil {
		return nil, fmt.Errorf("close job: %w", closeErr)
	}
	return manifest, err
}

// run is one call of Run.
type run struct {
	output
	opts   Options
	engine engine
	job    Job // nil where units are done elsewhere
	// folder is where the output is below Request.Output; "" but for a retry.
	folder string
}

// run looks at the output folder before it takes its lock: a complete run may be
// in a place that cannot be written.
func (r *run) run(ctx context.Context) (*schema.Manifest, error) {
	f, err := r.look(ctx)
	if err != nil {
		return nil, &RefusedError{err}
	}
	if r.complete(f) {
		r.begin(f)
		r.tidy(ctx, f)
		return f.end, nil
	}
	unlock, err := r.store.Lock(ctx)
	switch {
	case errors.Is(err, storage.ErrLocked):
		return nil, &RefusedError{fmt.Errorf("output: %w", err)}
	case err != nil: // nothing can be written there
		return nil, fmt.Errorf("output: %w", err)
	}
	manifest, err := r.runLocked(ctx)
	if unlockErr := unlock(); err == nil && unlockErr != nil {
		return nil, fmt.Errorf("output: %w", unlockErr)
	}
	return manifest, err
}

// look surveys the folder, and examines what looks complete.
func (r *run) look(ctx context.Context) (*found, error) {
	f, err := r.survey(ctx)
	if err == nil && f.status.State == StateComplete {
		err = r.examine(ctx, f)
	}
	return f, err
}

func (r *run) complete(f *found) bool {
	return f.status.State == StateComplete && len(r.req.Redo) == 0
}

// tidy removes what a process left that died between naming _SUCCESS and its own
// clean-up. Where that cannot be done, the run is complete all the same.
func (r *run) tidy(ctx context.Context, f *found) {
	if f.status.Temporaries == 0 {
		return
	}
	unlock, err := r.store.Lock(ctx)
	if err != nil {
		return
	}
	_, _ = r.store.Sweep(ctx)
	_ = r.removeOutcomes(ctx, f.listing)
	_ = unlock()
}

func (r *run) begin(f *found) {
	if r.opts.Begin != nil {
		r.opts.Begin(f.status)
	}
}

// runLocked looks again, because the last holder of the lock may have been at
// work until now.
func (r *run) runLocked(ctx context.Context) (*schema.Manifest, error) {
	f, err := r.survey(ctx)
	if err == nil {
		err = r.examine(ctx, f)
	}
	if err != nil {
		return nil, &RefusedError{err}
	}
	r.begin(f)
	if r.complete(f) {
		return f.end, nil
	}
	if _, err := r.store.Sweep(ctx); err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	if r.job != nil { // else the first worker does it, which knows the whole identity
		if err := r.publishRecord(ctx); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
	}
	if err := r.clear(ctx, f); err != nil {
		return nil, err
	}
	return r.finish(ctx, f)
}

// finish does what is left to do and commits.
func (r *run) finish(ctx context.Context, f *found) (*schema.Manifest, error) {
	var tally *Tally
	todo := f.todo()
	if len(todo) > 0 {
		var err error
		if tally, err = r.runPipeline(ctx, f, todo); err != nil {
			return nil, err
		}
	}
	if ctx.Err() != nil { // cancelled too late for any unit to notice
		return nil, context.Cause(ctx)
	}
	if r.job == nil {
		if err := r.adoptRecord(ctx, len(todo) > 0); err != nil {
			return nil, err
		}
	}
	return r.commit(ctx, todo, tally)
}

// adoptRecord takes the whole identity from run.json, where a worker has written
// what was not known here; ran says whether workers were asked to do anything.
func (r *run) adoptRecord(ctx context.Context, ran bool) error {
	record, err := readRecord(ctx, r.store)
	switch {
	case missing(err) && ran:
		return fmt.Errorf("the job is done, but no worker has left anything in %s: see what its log says", r.store)
	case missing(err):
		return fmt.Errorf("output %s has no %s, and only workers know what belongs there: let one write it, with --redo 0", r.store, schema.RunName)
	case err != nil:
		return err
	}
	if diffs := differences(&r.record, record); len(diffs) > 0 {
		return &MismatchError{Output: r.store.String(), Differences: diffs}
	}
	r.record = *record
	return nil
}
