package pipelines

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// prepare checks the request and opens what a run needs. It changes nothing.
func prepare(ctx context.Context, req Request, opts Options) (*run, error) {
	r, err := newRun(ctx, req, opts)
	if err != nil {
		return nil, err
	}
	identity, err := r.identify(ctx)
	if err != nil {
		return nil, err
	}
	r.record = r.req.record(identity, r.record.RetryOf)
	return r, nil
}

// newRun makes a run that knows all but its identity.
func newRun(ctx context.Context, req Request, opts Options) (*run, error) {
	opts.Beam = opts.Beam.orDefault()
	if err := check(req, opts); err != nil {
		return nil, err
	}
	store, err := storage.Open(req.Output)
	if err != nil {
		return nil, err
	}
	r := &run{output: output{store: store, req: req}, opts: opts}
	if len(req.Retry) > 0 {
		r.opts.Limits = Limits{}
		if r.record.RetryOf, err = r.planRetry(ctx); err != nil {
			return nil, err
		}
	}
	r.engine = r.opts.engine(r.title())
	return r, nil
}

// identify opens the job where this process does the units, and otherwise says
// what is known of it without.
func (r *run) identify(ctx context.Context) (schema.Identity, error) {
	if r.opts.Beam.Remote() {
		return identifyJob(ctx, r.req.Job, r.req.Spec)
	}
	job, err := openJob(r.req.Job, r.req.Spec)
	if err != nil {
		return schema.Identity{}, err
	}
	r.job = job
	return job.Identity(), nil
}

func (r *run) close() error {
	if r.job == nil {
		return nil
	}
	return r.job.Close()
}

// title names the job by what it does and by where its results go, so that a
// second one for the same folder is noticed.
func (r *run) title() jobTitle {
	sum := sha256.Sum256([]byte(r.store.String()))
	return jobTitle{
		name:   fmt.Sprintf("groundmill-%s-%x", r.req.Job, sum[:6]),
		labels: map[string]string{"groundmill-job": r.req.Job},
	}
}

func check(req Request, opts Options) error {
	units := len(req.Plan.Units)
	var c schema.Check
	if opts.Beam.Check(&c, "beam"); c.Err("") != nil { // Beam would end the process for an unknown runner
		return c.Err("options")
	}
	if !opts.Beam.Reaches(req.Output) {
		return fmt.Errorf("output: workers of %s cannot reach %s; name a folder in a bucket", opts.Beam.Runner, req.Output)
	}
	if units == 0 {
		return fmt.Errorf("%w: the plan has no units", ErrNoInput)
	}
	for _, n := range req.Redo {
		if n < 0 || n >= units {
			return fmt.Errorf("there is no unit %d to do again; the units are 0 to %d", n, units-1)
		}
	}
	if len(req.Redo) > 0 && len(req.Retry) > 0 {
		return errors.New("units to do again and rejects to retry are separate runs; ask for one of them")
	}
	return nil
}
