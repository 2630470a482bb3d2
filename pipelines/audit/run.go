package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// jobName is what the job is registered as.
const jobName = "audit"

// split begins the names of all files: the source may have several splits, or none.
const split = "part"

func init() { pipelines.Register(jobName, pipelines.Factory{Open: open, Identify: identify}) }

// kinds are the files of a unit.
var kinds = []schema.Kind{schema.KindAudit}

// Request is one audit in parts. Equal requests continue each other.
type Request struct {
	Source      string // folder of what is counted, as storage.Open takes it
	Parts       string // folder of the partial results: empty, missing, or of an equal request
	Seed        uint64 // of the samples
	PerStratum  int    // rows shown of each stratum
	ToolVersion string // recorded in the folder
	Redo        []int  // see pipelines.Request
}

// spec is the job as workers get it.
type spec struct {
	Source         string
	Fingerprint    string // of the source when the run was planned
	ManifestSHA256 string // the same
	Seed           uint64
	PerStratum     int
	ToolVersion    string
}

// Run counts the files of the source that the folder of parts does not hold yet, and
// returns the manifest of the parts. What it promises after errors and cancellation
// is pipelines.Run's word.
func Run(ctx context.Context, req Request, opts pipelines.Options) (*schema.Manifest, error) {
	harness, err := req.plan(ctx, opts.Beam)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.Run(ctx, harness, opts)
}

// DryRun says what Run would submit to the runner, see pipelines.DryRun.
func DryRun(ctx context.Context, req Request, opts pipelines.Options) (*pipelines.Submission, error) {
	harness, err := req.plan(ctx, opts.Beam)
	if err != nil {
		return nil, &pipelines.RefusedError{Err: err}
	}
	return pipelines.DryRun(ctx, harness, opts)
}

// plan makes one unit of each piece of the source.
func (r Request) plan(ctx context.Context, beam pipelines.BeamOptions) (pipelines.Request, error) {
	switch {
	case r.Parts == "":
		return pipelines.Request{}, errors.New("there is no folder for the partial results: name one")
	case r.PerStratum < 1:
		return pipelines.Request{}, fmt.Errorf("%d samples of a stratum are none: ask for 1 or more", r.PerStratum)
	}
	store, err := pipelines.OpenSource(r.Source, r.Parts, beam)
	if err != nil {
		return pipelines.Request{}, err
	}
	folder, err := audit.Open(ctx, store)
	if err != nil {
		return pipelines.Request{}, err
	}
	data, err := json.Marshal(spec{
		Source: r.Source, Fingerprint: folder.Fingerprint(), ManifestSHA256: folder.ManifestSHA256(),
		Seed: r.Seed, PerStratum: r.PerStratum, ToolVersion: r.ToolVersion,
	})
	if err != nil {
		return pipelines.Request{}, fmt.Errorf("audit: encode job: %w", err)
	}
	return pipelines.Request{
		Job: jobName, Spec: data, Plan: planOf(folder), Output: r.Parts, Split: split, Kinds: kinds, Redo: r.Redo,
	}, nil
}

func planOf(f *audit.Folder) pipelines.Plan {
	pieces := f.Pieces()
	plan := pipelines.Plan{Fingerprint: f.Fingerprint(), Units: make([]pipelines.Unit, len(pieces))}
	for i, p := range pieces {
		plan.Units[i] = pipelines.Unit{Index: i, Of: len(pieces), Name: p.Name(), Path: p.Name(), Bytes: p.Bytes}
	}
	return plan
}
