package pipelines

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// pollUsually is how often a run whose units are done elsewhere is looked at.
const pollUsually = 10 * time.Second

// watch tells of units that workers on other machines have done, by looking for
// their summaries in the output folder: no engine would tell more, nor sooner. It
// ends when ctx does.
type watch struct {
	session *session
	split   string
	waiting map[string]Unit // by the names of their summaries
	every   time.Duration
}

func (r *run) newWatch(s *session, todo []Unit) *watch {
	w := &watch{session: s, split: r.req.Split, waiting: make(map[string]Unit, len(todo)), every: r.opts.Poll}
	for _, unit := range todo {
		w.waiting[unit.file(schema.KindUnits, w.split)] = unit
	}
	if w.every <= 0 {
		w.every = pollUsually
	}
	return w
}

// run looks again and again. The pause grows with what a look takes, so that a
// folder of hundreds of thousands of units is not listed all the time.
func (w *watch) run(ctx context.Context) {
	for ctx.Err() == nil {
		start := time.Now()
		w.look(ctx)
		select {
		case <-time.After(max(w.every, 20*time.Since(start))):
		case <-ctx.Done():
		}
	}
}

// look reads the summaries that are new. What cannot be read now is left for the
// next look, and at last for the commit, which misses nothing.
func (w *watch) look(ctx context.Context) {
	list, err := w.session.store.List(ctx, string(schema.KindUnits)+"/")
	if err != nil {
		return
	}
	var found []Unit
	for _, info := range list {
		if unit, ok := w.waiting[info.Name]; ok {
			found = append(found, unit)
			delete(w.waiting, info.Name)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, unit := range found {
		group.Go(func() error {
			w.tell(ctx, w.session.store, unit)
			return nil
		})
	}
	_ = group.Wait()
}

// tell adds a unit to the progress and ends the run where the limits are passed.
func (w *watch) tell(ctx context.Context, store storage.Store, unit Unit) {
	summary, err := readSummary(ctx, store, unit, w.split)
	if err != nil {
		return
	}
	if err := w.session.meter.addUnit(summary, unit.file(schema.KindRejects, w.split)); err != nil {
		w.session.fail(err)
	}
}
