package annotate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// RunUnit labels one tar, or some of its records.
func (j *job) RunUnit(ctx context.Context, task pipelines.Task) (schema.UnitSummary, error) {
	in, err := openInput(ctx, task.Unit)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	defer in.Close()
	out, err := newSink(ctx, task, j)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	defer out.abandon()
	u := j.newUnit(task, in)
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
	only   pipelines.Selection // nil is all
	reader *webdataset.Reader

	// For after run, each written by one stage.
	damage   *webdataset.TruncatedError // what cut the tar short
	begun    int64                      // samples that were read
	records  int64                      // that they gave
	finished int64                      // samples whose records are all written

	preparing sync.WaitGroup // samples in prepare
	senders   sync.WaitGroup // stages that send on done

	permits chan struct{}    // a slot for each sample in memory
	samples chan chan *group // in input order; each inner channel gives one group
	batches chan []*record   // to the teacher
	done    chan []*record   // from collect (rejects) and ground, in any order
	batcher *teacher.Batcher[*record]
}

func (j *job) newUnit(task pipelines.Task, tar io.Reader) *unit {
	o := j.opts.Teacher
	limits := webdataset.Limits{MemberBytes: j.opts.Input.MaxImageBytes, Extensions: sampleExts}
	return &unit{
		job:     j,
		name:    task.Name,
		only:    task.Records,
		reader:  webdataset.Open(tar, task.Name, limits),
		permits: make(chan struct{}, o.permits()),
		samples: make(chan chan *group, o.permits()),
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
	}
	return u.count(out)
}

// count proves that nothing was lost on the way.
func (u *unit) count(out *sink) error {
	switch {
	case u.finished != u.begun || out.records != u.records:
		return fmt.Errorf("%d samples with %d records were begun, %d with %d were written", u.begun, u.records, u.finished, out.records)
	case u.only != nil && u.begun != int64(len(u.only)):
		return fmt.Errorf("%d samples are to be done again, %d of them are in the tar", len(u.only), u.begun)
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
		sample, err := u.next(ctx)
		var format *webdataset.FormatError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &u.damage):
			return u.rejectLost(ctx)
		case errors.As(err, &format):
			return noTar{format}
		case err != nil:
			return err
		}
		u.begun++
		offset, result := u.reader.Offset(), make(chan *group, 1)
		u.preparing.Go(func() { result <- u.prepare(ctx, sample, offset) })
		if err := send(ctx, u.samples, result); err != nil {
			return err
		}
	}
}

// next takes a permit and reads the next sample that is to be done.
func (u *unit) next(ctx context.Context) (webdataset.Sample, error) {
	if err := send(ctx, u.permits, struct{}{}); err != nil {
		return webdataset.Sample{}, err
	}
	for {
		sample, err := u.reader.Next()
		if err != nil || u.wants(sample.Index) {
			return sample, err
		}
		if ctx.Err() != nil {
			return sample, context.Cause(ctx)
		}
	}
}

// wants reports whether the sample at a position is to be done.
func (u *unit) wants(index int64) bool {
	_, listed := u.only[index]
	return u.only == nil || listed
}

// rejectLost rejects the sample that the damage cut through, if it did.
func (u *unit) rejectLost(ctx context.Context) error {
	if u.damage.LostKey == "" || !u.wants(u.damage.LostIndex) {
		return nil
	}
	u.begun++
	result := make(chan *group, 1)
	result <- lostGroup(u.name, u.damage)
	return send(ctx, u.samples, result)
}

// prepare waits for a core and prepares one sample.
func (u *unit) prepare(ctx context.Context, sample webdataset.Sample, offset int64) *group {
	if err := send(ctx, u.job.cpu, struct{}{}); err != nil {
		return &group{err: err}
	}
	defer func() { <-u.job.cpu }()
	return u.job.prepare(u.name, sample, offset, u.only[sample.Index])
}

// collect takes the prepared samples in input order and forms batches.
func (u *unit) collect(ctx context.Context) error {
	defer u.senders.Done()
	defer close(u.batches)
	for result := range u.samples {
		g := <-result
		if g.err != nil {
			return g.err
		}
		for _, rec := range g.records {
			if err := u.place(ctx, rec); err != nil {
				return err
			}
		}
	}
	return u.sendBatches(ctx, u.batcher.Flush())
}

// place numbers a record and hands it to the batcher or, as a reject, to the
// writer.
func (u *unit) place(ctx context.Context, rec *record) error {
	rec.position = u.records
	u.records++
	if rec.reject == nil {
		return u.sendBatches(ctx, u.batcher.Add(rec))
	}
	if err := send(ctx, u.done, []*record{rec}); err != nil {
		return err
	}
	return u.sendBatches(ctx, u.batcher.Skip())
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
		return fmt.Errorf("ground %d pairs from sample %q on: %w", len(batch), batch[0].row.Key, err)
	}
	return nil
}

// write is the last stage: it restores the input order and writes.
func (u *unit) write(out *sink) error {
	early := map[int64]*record{} // by position; of fewer samples than there are permits
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
			if rec.last {
				u.finished++
				<-u.permits
			}
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
