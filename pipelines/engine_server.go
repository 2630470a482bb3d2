package pipelines

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/groundmill/groundmill/pipelines/jobserver"
)

// serverEngine runs pipelines on a job server.
type serverEngine struct {
	options BeamOptions
	title   jobTitle
	observe func(JobEvent)
}

func (e *serverEngine) layout() layout { return layout{lanes: e.options.Lanes, shuffle: true} }

func (e *serverEngine) execute(ctx context.Context, stop <-chan struct{}, p *beam.Pipeline) error {
	job, err := jobserver.Prepare(p, e.options.JobServer, e.title.name)
	if err != nil {
		return err
	}
	err = job.Run(ctx, stop, func(ev jobserver.Event) {
		e.observe(JobEvent{Job: ev.Job, State: strings.ToLower(ev.State), Message: ev.Message})
	})
	switch {
	case errors.Is(err, jobserver.ErrStopped):
		return errStopped
	case err != nil:
		return fmt.Errorf("%s: %w", e.options.Runner, err)
	}
	return nil
}

func (e *serverEngine) describe(ctx context.Context, p *beam.Pipeline) (any, error) {
	job, err := jobserver.Prepare(p, e.options.JobServer, e.title.name)
	if err != nil {
		return nil, err
	}
	return job.Describe(ctx)
}
