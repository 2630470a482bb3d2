package diff

import (
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// result is what the pairs of some partitions come to.
type result struct {
	Counts
	changes changes
	samples [numClasses]sample
}

func (r *result) merge(capacity int, o *result) {
	r.Counts.add(&o.Counts)
	r.changes.merge(&o.changes)
	for i := range r.samples {
		r.samples[i].merge(capacity, &o.samples[i])
	}
}

// joiner joins partitions.
type joiner struct {
	opts     Options
	stage    *stage
	progress *progress
	comparer comparer
	texts    *tally
	result   result
}

// joinAll joins all partitions of the stage. Each worker has a result of its own, of
// which the order of merging does not matter.
func joinAll(ctx context.Context, o Options, s *stage, pr *progress) (*result, error) {
	workers := make([]*joiner, min(o.Workers, o.partitions))
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for i := range workers {
		j := &joiner{opts: o, stage: s, progress: pr, texts: &tally{limit: o.texts, out: s.texts}}
		j.comparer.iou = float32(o.IoU)
		workers[i] = j
		group.Go(func() error {
			for p := next.Add(1) - 1; p < int64(o.partitions); p = next.Add(1) - 1 {
				if err := j.partition(ctx, int(p)); err != nil {
					return err
				}
			}
			return j.texts.flush()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var sum result
	for _, j := range workers {
		sum.merge(o.Samples, &j.result)
	}
	return &sum, nil
}

// partition joins the rows of one partition.
func (j *joiner) partition(ctx context.Context, p int) error {
	a, err := j.load(ctx, 0, p)
	if err != nil {
		return err
	}
	b, err := j.load(ctx, 1, p)
	if err != nil {
		return err
	}
	for rest := [2][]record{a, b}; len(rest[0])+len(rest[1]) > 0; {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := j.alike(take(&rest)); err != nil {
			return err
		}
	}
	j.progress.step(int64(len(a) + len(b)))
	return nil
}

// load returns the records of a partition in their order.
func (j *joiner) load(ctx context.Context, side, p int) (records []record, err error) {
	err = j.stage.sides[side].records(p, func(text string) error {
		records = append(records, record{})
		return records[len(records)-1].parse(text)
	})
	if err != nil {
		return nil, err
	}
	j.stage.sides[side].forget(p)
	slices.SortFunc(records, func(a, b record) int { return a.compare(&b) })
	return records, ctx.Err()
}

// take takes the next records of one image and caption off the sorted records of
// both sides.
func take(rest *[2][]record) (a, b []record) {
	first := lower(rest[0], rest[1])
	var run [2][]record
	for side := range rest {
		n := 0
		for n < len(rest[side]) && rest[side][n].compareJoin(first) == 0 {
			n++
		}
		run[side], rest[side] = rest[side][:n], rest[side][n:]
	}
	return run[0], run[1]
}

// lower returns the first of two sorted lists, not both empty.
func lower(a, b []record) *record {
	if len(b) == 0 || len(a) > 0 && a[0].compareJoin(&b[0]) <= 0 {
		return &a[0]
	}
	return &b[0]
}

// alike pairs the records of one image and caption.
func (j *joiner) alike(a, b []record) error {
	for i := range max(len(a), len(b)) {
		p := pair{ordinal: i}
		var n Counts
		switch {
		case i >= len(b):
			p.a = &a[i]
			n = onlyIn(0, p.a.held)
		case i >= len(a):
			p.b = &b[i]
			n = onlyIn(1, p.b.held)
		default:
			p.a, p.b = &a[i], &b[i]
			n = j.comparer.rows(p.a, p.b, j.texts, &j.result.changes)
		}
		j.count(p, &n)
		if err := j.texts.spill(); err != nil {
			return err
		}
	}
	return nil
}

// count counts a pair and offers it to the samples of what happened in it.
func (j *joiner) count(p pair, n *Counts) {
	j.result.Counts.add(n)
	for i := range classInfo {
		if info := &classInfo[i]; info.count(n) > 0 {
			j.result.samples[i].offer(j.opts.Samples, p.hash(j.opts.Seed+info.draw), p)
		}
	}
}
