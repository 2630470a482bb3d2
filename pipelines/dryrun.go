package pipelines

import "context"

// Submission is what a run would hand to its runner.
type Submission struct {
	Output string `json:"output"`
	State  State  `json:"state"` // of the output folder
	Units  int    `json:"units"` // that would be done
	// Job is the job as its engine takes it; nil when nothing is to be done.
	Job any `json:"job"`
}

// DryRun says what Run would submit, without submitting, staging, opening a model
// or touching the output folder, which it lists.
func DryRun(ctx context.Context, req Request, opts Options) (*Submission, error) {
	r, f, err := planRun(ctx, req, opts)
	if err != nil {
		return nil, &RefusedError{err}
	}
	todo := f.todo()
	sub := &Submission{Output: r.store.String(), State: f.status.State, Units: len(todo)}
	if len(todo) == 0 {
		return sub, nil
	}
	initBeam()
	p, err := r.pipeline(todo, "dry-run")
	if err != nil {
		return nil, err
	}
	sub.Job, err = r.engine.describe(ctx, p)
	return sub, err
}

// planRun prepares a run without a job and looks at its folder.
func planRun(ctx context.Context, req Request, opts Options) (*run, *found, error) {
	r, err := newRun(ctx, req, opts)
	if err != nil {
		return nil, nil, err
	}
	identity, err := identifyJob(ctx, req.Job, req.Spec)
	if err != nil {
		return nil, nil, err
	}
	r.record = r.req.record(identity, r.record.RetryOf)
	f, err := r.survey(ctx)
	return r, f, err
}
