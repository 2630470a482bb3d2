package annotate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// RunUnit labels one tar.
func (j *job) RunUnit(ctx context.Context, task pipelines.Task) (schema.UnitSummary, error) {
	file, err := os.Open(task.Path)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	defer file.Close()
	out, err := newSink(ctx, task, j)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	defer out.abandon()
	u := j.newUnit(task, file)
	if err := u.run(ctx, out); err != nil {
		return schema.UnitSummary{}, err
	}
	summary, err := out.publish()
	if u.damage != nil {
		summary.Damaged = true
		summary.Notes = append(summary.Notes, u.damage.Detail())
	}
	return summary, err
}

// unit is the flow of one tar's samples through the stages.
type unit struct {
	job    *job
	name   string
	reader *webdataset.Reader
	damage *webdataset.TruncatedError // what cut the tar short
	count  int64                      // samples begun; this and damage are for after run

	preparing sync.WaitGroup // samples in prepare
	senders   sync.WaitGroup // stages that send on done

	permits chan struct{}     // a slot for each sample in memory
	samples chan chan *record // in input order; each inner channel gives one record
	batches chan []*record    // to the teacher
	done    chan []*record    // from collect (rejects) and ground, in any order
	batcher *teacher.Batcher[*record]
}

func (j *job) newUnit(task pipelines.Task, tar io.Reader) *unit {
	o := j.opts.Teacher
	limits := webdataset.Limits{MemberBytes: j.opts.Input.MaxImageBytes, Extensions: sampleExts}
	return &unit{
		job:     j,
		name:    task.Name,
		reader:  webdataset.Open(tar, task.Name, limits),
		permits: make(chan struct{}, o.permits()),
		samples: make(chan chan *record, o.permits()),
		batches: make(chan []*record),
		done:    make(chan []*record),
		batcher: teacher.NewBatcher[*record](o.Batch, o.Window),
	}
}

// run moves all samples from the tar to out. It returns when every goroutine has
// ended.
func (u *unit) run(outer context.Context, out *sink) error {
	group, ctx := errgroup.WithContext(outer)
	start := func(stage func(context.Context) error) {
		group.Go(func() (err error) {
			defer recoverAs(&err, func(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) })
			return stage(ctx)
		})
	}
	start(u.read)
	u.senders.Add(1 + u.job.opts.Teacher.inFlight())
	start(u.collect)
	for range u.job.opts.Teacher.inFlight() {
		start(u.groundAll)
	}
	start(u.closeDone)
	start(func(context.Context) error { return u.write(out) })
	err := group.Wait()
	switch {
	case err != nil && outer.Err() != nil: // whatever the stages made of it
		return context.Cause(outer)
	case err != nil:
		return err
	case out.records != u.count:
		return fmt.Errorf("%d samples were begun, %d were written", u.count, out.records)
	}
	return nil
}

// closeDone tells the writer that no more records will come.
func (u *unit) closeDone(context.Context) error {
	u.senders.Wait()
	close(u.done)
	return nil
}

// read is the first stage: it reads samples and starts their preparation.
func (u *unit) read(ctx context.Context) error {
	defer u.preparing.Wait()
	defer close(u.samples)
	for {
		if err := send(ctx, u.permits, struct{}{}); err != nil {
			return err
		}
		sample, err := u.reader.Next()
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &u.damage):
			return u.rejectLost(ctx)
		case err != nil:
			return err
		}
		u.count++
		offset, result := u.reader.Offset(), make(chan *record, 1)
		u.preparing.Go(func() { result <- u.prepare(ctx, sample, offset) })
		if err := send(ctx, u.samples, result); err != nil {
			return err
		}
	}
}

// rejectLost rejects the sample that the damage cut through, if it did.
func (u *unit) rejectLost(ctx context.Context) error {
	if u.damage.LostKey == "" {
		return nil
	}
	u.count++
	result := make(chan *record, 1)
	result <- lostRecord(u.name, u.damage)
	return send(ctx, u.samples, result)
}

// prepare waits for a core and prepares one sample.
func (u *unit) prepare(ctx context.Context, sample webdataset.Sample, offset int64) *record {
	if err := send(ctx, u.job.cpu, struct{}{}); err != nil {
		return &record{err: err}
	}
	defer func() { <-u.job.cpu }()
	return u.job.prepare(u.name, sample, offset)
}

// collect takes the prepared samples in input order and forms batches.
func (u *unit) collect(ctx context.Context) error {
	defer u.senders.Done()
	defer close(u.batches)
	for result := range u.samples {
		rec := <-result
		if rec.err != nil {
			return rec.err
		}
		ready, err := u.batch(ctx, rec)
		if err != nil {
			return err
		}
		if err := u.sendBatches(ctx, ready); err != nil {
			return err
		}
	}
	return u.sendBatches(ctx, u.batcher.Flush())
}

// batch hands a record to the batcher, or a reject to the writer.
func (u *unit) batch(ctx context.Context, rec *record) (ready [][]*record, err error) {
	if rec.reject == nil {
		return u.batcher.Add(rec), nil
	}
	return u.batcher.Skip(), send(ctx, u.done, []*record{rec})
}

func (u *unit) sendBatches(ctx context.Context, batches [][]*record) error {
	for _, batch := range batches {
		if err := send(ctx, u.batches, batch); err != nil {
			return err
		}
	}
	return nil
}

// groundAll grounds batches until there are no more.
func (u *unit) groundAll(ctx context.Context) error {
	defer u.senders.Done()
	for batch := range u.batches {
		if err := u.groundBatch(ctx, batch); err != nil {
			return err
		}
		if err := send(ctx, u.done, batch); err != nil {
			return err
		}
	}
	return nil
}

// groundBatch grounds one batch as soon as the device has a free slot.
func (u *unit) groundBatch(ctx context.Context, batch []*record) error {
	if err := send(ctx, u.job.device, struct{}{}); err != nil {
		return err
	}
	defer func() { <-u.job.device }()
	if err := u.job.ground(ctx, batch); err != nil {
		return fmt.Errorf("ground %d images from sample %q on: %w", len(batch), batch[0].row.Key, err)
	}
	return nil
}

// write is the last stage: it restores the input order and writes.
func (u *unit) write(out *sink) error {
	early := map[int64]*record{} // by position; holds fewer records than there are permits
	next := int64(0)
	for finished := range u.done {
		for _, rec := range finished {
			early[rec.position] = rec
		}
		for rec := early[next]; rec != nil; rec = early[next] {
			if err := out.write(rec); err != nil {
				return err
			}
			delete(early, next)
			next++
			<-u.permits
		}
	}
	return nil
}

// send sends unless the context ends first.
func send[T any](ctx context.Context, to chan<- T, value T) error {
	select {
	case to <- value:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
