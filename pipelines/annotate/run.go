package annotate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// jobName is what the job is registered as.
const jobName = "annotate"

func init() { pipelines.Register(jobName, pipelines.Factory{Open: open, Identify: identify}) }

// RunOptions are what a run needs beside its configuration. They have no
// influence on the results.
type RunOptions struct {
	ToolVersion string // recorded in all files
	// Redo and Retry are those of pipelines.Request.
	Redo  []int
	Retry []schema.Reason
	// Stop, Begin, Job, Observe, After and Poll are those of pipelines.Options.
	Stop    <-chan struct{}
	Begin   func(*pipelines.Status)
	Job     func(pipelines.JobEvent)
	Observe func(pipelines.Progress)
	After   func(time.Duration) <-chan time.Time
	Poll    time.Duration
}

// kinds are the files of a unit.
var kinds = []schema.Kind{schema.KindData, schema.KindRaw, schema.KindRejects}

// Run labels the inputs, or what of them is not labelled yet, and returns the
// manifest. What it promises after errors and cancellation is pipelines.Run's
// word.
func Run(ctx context.Context, opts Options, run RunOptions) (*schema.Manifest, error) {
	req, err := prepareRun(ctx, opts, run)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.Run(ctx, req, pipelines.Options{
		Beam:    opts.Beam,
		Limits:  pipelines.Limits(opts.Limits),
		Stop:    run.Stop,
		Begin:   run.Begin,
		Job:     run.Job,
		Observe: run.Observe,
		After:   run.After,
		Poll:    run.Poll,
	})
}

// DryRun says what Run would submit to the runner, see pipelines.DryRun.
func DryRun(ctx context.Context, opts Options, run RunOptions) (*pipelines.Submission, error) {
	req, err := prepareRun(ctx, opts, run)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.DryRun(ctx, req, pipelines.Options{Beam: opts.Beam})
}

// prepareRun makes the request of a run, having looked at its first inputs and,
// where workers elsewhere are to prove the model, at that.
func prepareRun(ctx context.Context, opts Options, run RunOptions) (pipelines.Request, error) {
	if err := opts.Validate(); err != nil {
		return pipelines.Request{}, err
	}
	if opts.Beam.Remote() {
		if err := opts.Teacher.pin(ctx); err != nil {
			return pipelines.Request{}, err
		}
	}
	req, err := newRequest(ctx, opts, run)
	if err != nil {
		return req, err
	}
	for _, unit := range req.Plan.Units {
		if !opts.Beam.Reaches(unit.Path) {
			return req, fmt.Errorf("input: workers of %s cannot reach %s; put it into a bucket", opts.Beam.Runner, unit.Path)
		}
	}
	return req, probe(ctx, req.Plan)
}

// Plan says what the output folder holds of the run, see pipelines.Inspect. It
// opens no model: whether that is the same shows when the run goes on.
func Plan(ctx context.Context, opts Options, run RunOptions) (*pipelines.Status, error) {
	if err := opts.Validate(); err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	req, err := newRequest(ctx, opts, run)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.Inspect(ctx, req)
}

// newRequest lists the inputs. The options are valid.
func newRequest(ctx context.Context, opts Options, run RunOptions) (pipelines.Request, error) {
	plan, err := pipelines.PlanFiles(ctx, opts.Input.Shards, ".tar")
	if err != nil {
		return pipelines.Request{}, err
	}
	opts.Beam = pipelines.BeamOptions{} // no business of workers
	data, err := json.Marshal(spec{opts, run.ToolVersion, plan.Fingerprint})
	if err != nil {
		return pipelines.Request{}, fmt.Errorf("annotate: encode job: %w", err)
	}
	return pipelines.Request{
		Job: jobName, Spec: data, Plan: plan, Output: opts.Output.Dir, Split: opts.Output.Split, Kinds: kinds,
		Redo: run.Redo, Retry: run.Retry,
	}, nil
}
