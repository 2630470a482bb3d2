package refilter

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// jobName is what the job is registered as.
const jobName = "refilter"

func init() { pipelines.Register(jobName, pipelines.Factory{Open: open, Identify: identify}) }

// kinds are the files of a unit.
var kinds = []schema.Kind{schema.KindData}

// RunOptions are what a run needs beside its configuration. They have no
// influence on the results, but for the version in the metadata.
type RunOptions struct {
	ToolVersion string // recorded in all files
	// Redo is that of pipelines.Request.
	Redo []int
	// Stop, Begin, Job, Observe, After and Poll are those of pipelines.Options.
	Stop    <-chan struct{}
	Begin   func(*pipelines.Status)
	Job     func(pipelines.JobEvent)
	Observe func(pipelines.Progress)
	After   func(time.Duration) <-chan time.Time
	Poll    time.Duration
}

// spec is the job as workers get it.
type spec struct {
	Source         string // location
	ManifestSHA256 string // of the source when the run was planned
	Options        Options
	ToolVersion    string
}

// Run filters the raw files of the run in source, a location as storage.Open
// takes it, or what of them is not filtered yet, and returns the manifest. What
// it promises after errors and cancellation is pipelines.Run's word.
func Run(ctx context.Context, source string, opts Options, run RunOptions) (*schema.Manifest, error) {
	req, err := newRequest(ctx, source, opts, run)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.Run(ctx, req, pipelines.Options{
		Beam:    opts.Beam,
		Stop:    run.Stop,
		Begin:   run.Begin,
		Job:     run.Job,
		Observe: run.Observe,
		After:   run.After,
		Poll:    run.Poll,
	})
}

// DryRun says what Run would submit to the runner, see pipelines.DryRun.
func DryRun(ctx context.Context, source string, opts Options, run RunOptions) (*pipelines.Submission, error) {
	req, err := newRequest(ctx, source, opts, run)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.DryRun(ctx, req, pipelines.Options{Beam: opts.Beam})
}

func newRequest(ctx context.Context, location string, opts Options, run RunOptions) (pipelines.Request, error) {
	if err := opts.Validate(); err != nil {
		return pipelines.Request{}, err
	}
	store, err := pipelines.OpenSource(location, opts.Output.Dir, opts.Beam)
	if err != nil {
		return pipelines.Request{}, err
	}
	src, err := readSource(ctx, store)
	if err != nil {
		return pipelines.Request{}, err
	}
	if err := src.checkOptions(opts); err != nil {
		return pipelines.Request{}, err
	}
	plan, err := src.plan(ctx)
	if err != nil {
		return pipelines.Request{}, err
	}
	dir, split := opts.Output.Dir, src.config.Output.Split
	opts.Beam = pipelines.BeamOptions{} // no business of workers
	data, err := json.Marshal(spec{location, src.digest, opts, run.ToolVersion})
	if err != nil {
		return pipelines.Request{}, fmt.Errorf("refilter: encode job: %w", err)
	}
	return pipelines.Request{
		Job: jobName, Spec: data, Plan: plan, Output: dir, Split: split, Kinds: kinds, Redo: run.Redo,
	}, nil
}
