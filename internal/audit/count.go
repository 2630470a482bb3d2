package audit

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/schema"
)

// countedColumns are those that a Partial needs: neither images nor the user's own.
const countedColumns = schema.AllColumns &^ (schema.ImageColumns | schema.MetaColumns | schema.URLColumn)

// task is a piece of work: a row group of a data file, or a rejects file.
type task struct {
	name  string
	group int // -1 for a rejects file
	rows  int64
}

// counter counts files of a folder with some workers.
type counter struct {
	folder        *Folder
	opts          Options
	data, rejects []string // names of the files to count
	total         int64
	done          atomic.Int64
	images        bool // there are embedded images
}

// plan lists the work by reading the footers.
func (c *counter) plan(ctx context.Context) (tasks []task, err error) {
	for _, name := range c.data {
		r, closeFile, err := c.folder.open(ctx, name)
		if err != nil {
			return nil, err
		}
		for i, g := range r.Groups() {
			tasks = append(tasks, task{name, i, g.NumRows()})
			c.total += g.NumRows()
		}
		c.images = c.images || r.HasImages()
		if err := closeFile(); err != nil {
			return nil, err
		}
	}
	for _, name := range c.rejects {
		tasks = append(tasks, task{name: name, group: -1})
	}
	return tasks, nil
}

// run counts everything. Each worker has a Partial of its own, of which the order
// of merging does not matter.
func (c *counter) run(ctx context.Context) (*Partial, error) {
	tasks, err := c.plan(ctx)
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	queue := make(chan task)
	group.Go(func() error {
		defer close(queue)
		for _, t := range tasks {
			select {
			case queue <- t:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	partials := make([]*Partial, max(min(c.opts.Workers, len(tasks)), 1))
	for i := range partials {
		partials[i] = NewPartial(c.opts.Seed, c.opts.PerStratum)
		group.Go(func() error { return c.work(ctx, partials[i], queue) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, p := range partials[1:] {
		partials[0].Merge(p)
	}
	partials[0].Images = c.images
	return partials[0], nil
}

// work counts what comes into p.
func (c *counter) work(ctx context.Context, p *Partial, queue <-chan task) error {
	for t := range queue {
		count := c.countGroup
		if t.group < 0 {
			count = c.countRejects
		}
		if err := count(ctx, p, t); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

func (c *counter) countRejects(ctx context.Context, p *Partial, t task) error {
	r, err := c.folder.store.Open(ctx, t.name)
	if err != nil {
		return err
	}
	defer r.Close()
	return p.readRejects(r)
}

func (c *counter) countGroup(ctx context.Context, p *Partial, t task) error {
	r, closeFile, err := c.folder.open(ctx, t.name)
	if err != nil {
		return err
	}
	defer closeFile()
	at := place{File: t.name, Group: t.group}
	for rows, err := range r.Groups()[t.group].Batches(countedColumns) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		for i := range rows {
			p.add(&rows[i], at)
			at.Row++
		}
		c.report(int64(len(rows)))
	}
	return nil
}

// report tells the observer about more rows.
func (c *counter) report(rows int64) {
	if done := c.done.Add(rows); c.opts.Observe != nil {
		c.opts.Observe(done, c.total)
	}
}

// open opens a data file, which the caller closes.
func (f *Folder) open(ctx context.Context, name string) (*schema.Reader, func() error, error) {
	file, err := f.store.Open(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	r, err := schema.NewReader(file, file.Size())
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, file.Close, nil
}
