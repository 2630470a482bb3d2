package annotate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/raster"
)

// jobName is what the job is registered as.
const jobName = "annotate"

func init() { pipelines.Register(jobName, open) }

// RunOptions are what a run needs beside its configuration. They have no
// influence on the results.
type RunOptions struct {
	ToolVersion string // recorded in all files
	// Redo and Retry are those of pipelines.Request.
	Redo  []int
	Retry []schema.Reason
	// Stop, Begin, Observe and After are those of pipelines.Options.
	Stop    <-chan struct{}
	Begin   func(*pipelines.Status)
	Observe func(pipelines.Progress)
	After   func(time.Duration) <-chan time.Time
}

// kinds are the files of a unit.
var kinds = []schema.Kind{schema.KindData, schema.KindRaw, schema.KindRejects}

// spec is the job as workers get it.
type spec struct {
	Options          Options
	ToolVersion      string
	InputFingerprint string
}

// Run labels the inputs, or what of them is not labelled yet, and returns the
// manifest. What it promises after errors and cancellation is pipelines.Run's
// word.
func Run(ctx context.Context, opts Options, run RunOptions) (*schema.Manifest, error) {
	req, err := newRequest(ctx, opts, run)
	if err == nil {
		err = probe(ctx, req.Plan)
	}
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.Run(ctx, req, pipelines.Options{
		Runner:  opts.Beam.Runner,
		Lanes:   opts.Beam.Lanes,
		Limits:  pipelines.Limits(opts.Limits),
		Stop:    run.Stop,
		Begin:   run.Begin,
		Observe: run.Observe,
		After:   run.After,
	})
}

// Plan says what the output folder holds of the run, see pipelines.Inspect. It
// opens no model: whether that is the same shows when the run goes on.
func Plan(ctx context.Context, opts Options, run RunOptions) (*pipelines.Status, error) {
	req, err := newRequest(ctx, opts, run)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	extractor, err := extract.New(opts.Extract.options())
	if err != nil {
		return nil, &pipelines.RefusedError{Err: fmt.Errorf("extract: %w", err)}
	}
	identity, err := identify(spec{opts, run.ToolVersion, req.Plan.Fingerprint}, extractor)
	if err != nil {
		return nil, err
	}
	return pipelines.Inspect(ctx, req, identity)
}

// newRequest lists the inputs.
func newRequest(ctx context.Context, opts Options, run RunOptions) (pipelines.Request, error) {
	if err := opts.Validate(); err != nil {
		return pipelines.Request{}, err
	}
	plan, err := pipelines.PlanFiles(ctx, opts.Input.Shards, ".tar")
	if err != nil {
		return pipelines.Request{}, err
	}
	data, err := json.Marshal(spec{opts, run.ToolVersion, plan.Fingerprint})
	if err != nil {
		return pipelines.Request{}, fmt.Errorf("annotate: encode job: %w", err)
	}
	return pipelines.Request{
		Job: jobName, Spec: data, Plan: plan, Output: opts.Output.Dir, Split: opts.Output.Split, Kinds: kinds,
		Redo: run.Redo, Retry: run.Retry,
	}, nil
}

// identify says what makes the files, but for the model.
func identify(s spec, extractor *extract.Extractor) (schema.Identity, error) {
	config, digest, err := s.Options.Effective().Canonical()
	return schema.Identity{
		ToolVersion:      s.ToolVersion,
		ConfigSHA256:     digest,
		Config:           config,
		ImageDecoder:     raster.JPEGDecoder(),
		WordListSHA256:   extractor.WordListHash(),
		InputFingerprint: s.InputFingerprint,
	}, err
}
