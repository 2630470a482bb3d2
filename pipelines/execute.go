package pipelines

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// runPipeline runs units and returns the sum of the tallies that came through
// Beam, nil when it did not come back.
func (r *run) runPipeline(ctx context.Context, f *found, todo []Unit) (*Tally, error) {
	initBeam()
	s := newSession(ctx, r, f)
	defer s.end()
	p, err := r.pipeline(todo, s.id)
	if err != nil {
		return nil, err
	}
	if r.job == nil {
		return r.runElsewhere(ctx, s, todo, p)
	}
	err = r.engine.execute(s.ctx, nil, p) // the session stops the units, and then the job ends by itself
	s.end()
	return s.result(err)
}

// pipeline builds the pipeline over some units.
func (r *run) pipeline(todo []Unit, session string) (*beam.Pipeline, error) {
	record, err := json.Marshal(r.record)
	if err != nil {
		return nil, err
	}
	fn := unitFn{
		Job: r.req.Job, Spec: r.req.Spec, Output: r.req.Output, Folder: r.folder, Split: r.req.Split,
		Session: session, Record: record,
	}
	return buildPipeline(fn, todo, r.engine.layout()), nil
}

// runElsewhere is runPipeline where workers on other machines do the units.
func (r *run) runElsewhere(ctx context.Context, s *session, todo []Unit, p *beam.Pipeline) (*Tally, error) {
	watching, end := context.WithCancel(s.ctx)
	w := r.newWatch(s, todo)
	var watcher sync.WaitGroup
	watcher.Go(func() { w.run(watching) })
	err := r.engine.execute(s.ctx, s.stop, p)
	end()
	watcher.Wait()
	if err == nil {
		w.look(ctx)
		var sum *Outcome
		if sum, err = takeOutcome(ctx, r.store, s.id); err == nil {
			s.adopt(sum, r.req.Plan)
		}
	}
	s.end()
	return s.result(err)
}
