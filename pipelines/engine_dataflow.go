package pipelines

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/groundmill/groundmill/pipelines/dataflow"
)

// dataflowEngine runs pipelines on Google Cloud Dataflow.
type dataflowEngine struct {
	options BeamOptions
	title   jobTitle
	observe func(JobEvent)
	pace    dataflow.Pace
}

// layout has one lane: the service spreads the units over workers and over the
// threads of each.
func (e *dataflowEngine) layout() layout { return layout{lanes: 1, shuffle: true} }

func (e *dataflowEngine) prepare(ctx context.Context, p *beam.Pipeline) (*dataflow.Job, error) {
	run := dataflow.Run{Name: e.title.name, Labels: e.title.labels, Threads: e.options.Lanes, Pace: e.pace}
	return dataflow.Prepare(ctx, p, e.options.Dataflow, run)
}

func (e *dataflowEngine) execute(ctx context.Context, stop <-chan struct{}, p *beam.Pipeline) error {
	job, err := e.prepare(ctx, p)
	if err != nil {
		return err
	}
	err = job.Run(ctx, stop, func(ev dataflow.Event) {
		told := JobEvent{Job: ev.JobID, URL: ev.Console, State: ev.State}
		if ev.Message != nil {
			told.State, told.Message = "", ev.Message.Text
		}
		e.observe(told)
	})
	if errors.Is(err, dataflow.ErrStopped) {
		return errStopped
	}
	return err
}

func (e *dataflowEngine) describe(ctx context.Context, p *beam.Pipeline) (any, error) {
	job, err := e.prepare(ctx, p)
	if err != nil {
		return nil, err
	}
	return job.Describe()
}
