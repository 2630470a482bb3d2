package pipelines

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// RunnerPrism is Beam's local runner, inside this process.
const RunnerPrism = "prism"

// Runners lists the Beam runners that Run accepts.
var Runners = []string{RunnerPrism}

// Request is one run of a registered job over a plan.
type Request struct {
	Job    string // as registered
	Spec   []byte // what the job's Factory decodes
	Plan   Plan
	Output string // folder of the results; must be empty or missing
	Split  string // first part of the file names, such as "train"
}

// Options say how to run; they have no influence on the results.
type Options struct {
	Runner string // one of Runners; "" is RunnerPrism
	// Lanes is how many units may run side by side, at most 8; 0 is 1.
	Lanes int
	// Observe, if set, is called with the sum after each step of progress, from
	// any goroutine but one at a time. It must be quick.
	Observe func(Progress)
}

// RefusedError says that a run was refused before any work: its input, its output
// folder or what its job needs is not as it should be. Nothing was touched.
type RefusedError struct {
	Err error
}

func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// Run does the units of the plan and commits their results. After an error,
// also that of a cancelled ctx, there is no _SUCCESS; files that do have their
// final name are whole. A *RefusedError means that no work was begun. When Run
// returns, nothing of the run goes on in this process. Runs of one process are
// serialised.
func Run(ctx context.Context, req Request, opts Options) (*schema.Manifest, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	opts.Runner = cmp.Or(opts.Runner, RunnerPrism)
	store, job, err := prepare(ctx, req, opts)
	if err != nil {
		return nil, &RefusedError{err}
	}
	manifest, err := runUnits(ctx, req, opts, store, job)
	if closeErr := job.Close(); err == nil && closeErr != nil {
		return nil, fmt.Errorf("close job: %w", closeErr)
	}
	return manifest, err
}

// prepare checks the request and opens what a run needs.
func prepare(ctx context.Context, req Request, opts Options) (storage.Store, Job, error) {
	if !slices.Contains(Runners, opts.Runner) { // Beam would end the process
		return nil, nil, fmt.Errorf("pipelines: unknown runner %q, use one of %q", opts.Runner, Runners)
	}
	if len(req.Plan.Units) == 0 {
		return nil, nil, fmt.Errorf("%w: the plan has no units", ErrNoInput)
	}
	store, err := storage.Open(req.Output)
	if err != nil {
		return nil, nil, err
	}
	if _, err := CheckOutput(ctx, store); err != nil {
		return nil, nil, err
	}
	job, err := openJob(req.Job, req.Spec)
	return store, job, err
}

// runUnits runs the pipeline and commits what it published.
func runUnits(ctx context.Context, req Request, opts Options, store storage.Store, job Job) (*schema.Manifest, error) {
	tally, err := runPipeline(ctx, req, opts, job)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil { // cancelled too late for any unit to notice
		return nil, context.Cause(ctx)
	}
	c := committer{store: store, split: req.Split, plan: req.Plan}
	return c.commit(ctx, job.Identity(), tally)
}

// runPipeline runs all units and returns the sum of the tallies that came
// through Beam, nil when the pipeline ended on another machine.
func runPipeline(ctx context.Context, req Request, opts Options, job Job) (*Tally, error) {
	beamMu.Lock()
	defer beamMu.Unlock()
	initBeam()
	beamLog.unmute()
	s := newSession(ctx, job, newMeter(req.Plan, opts.Observe))
	defer s.end()
	fn := unitFn{Job: req.Job, Spec: req.Spec, Output: req.Output, Split: req.Split, Session: s.id}
	p := buildPipeline(fn, req.Plan.Units, min(max(opts.Lanes, 1), maxLanes))
	err := execute(ctx, opts.Runner, p)
	s.end()
	return s.result(err)
}
