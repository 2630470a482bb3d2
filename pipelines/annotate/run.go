package annotate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// jobName is what the job is registered as.
const jobName = "annotate"

func init() { pipelines.Register(jobName, open) }

// RunOptions are what a run needs beside its configuration.
type RunOptions struct {
	ToolVersion string // recorded in all files
	// Observe sees the progress, see pipelines.Options.
	Observe func(pipelines.Progress)
}

// spec is the job as workers get it.
type spec struct {
	Options          Options
	ToolVersion      string
	InputFingerprint string
}

// Run labels the inputs and returns the manifest that it wrote. What it promises
// after errors and cancellation is pipelines.Run's word.
func Run(ctx context.Context, opts Options, run RunOptions) (*schema.Manifest, error) {
	if err := opts.Validate(); err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	plan, err := plan(opts.Input.Shards)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	data, err := json.Marshal(spec{opts, run.ToolVersion, plan.Fingerprint})
	if err != nil {
		return nil, fmt.Errorf("annotate: encode job: %w", err)
	}
	return pipelines.Run(ctx, pipelines.Request{
		Job: jobName, Spec: data, Plan: plan, Output: opts.Output.Dir, Split: opts.Output.Split,
	}, pipelines.Options{
		Runner: opts.Beam.Runner, Lanes: opts.Beam.Lanes, Observe: run.Observe,
	})
}

// plan lists the tars. A file that is no tar is an error before any work.
func plan(shards string) (pipelines.Plan, error) {
	plan, err := pipelines.PlanFiles(shards, ".tar")
	if err != nil {
		return plan, err
	}
	for _, unit := range plan.Units {
		if err := probe(unit.Path); err != nil {
			return plan, fmt.Errorf("input: %w", err)
		}
	}
	return plan, nil
}

// probe reads the beginning of a file and refuses what is no tar. Damage is for
// the unit to report.
func probe(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var format *webdataset.FormatError
	if _, err := webdataset.Open(f, path, webdataset.Limits{Extensions: []string{}}).Next(); errors.As(err, &format) {
		return err
	}
	return nil
}
