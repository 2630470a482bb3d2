package refilter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// RunUnit filters one raw file.
func (j *job) RunUnit(ctx context.Context, task pipelines.Task) (schema.UnitSummary, error) {
	u := &unit{job: j, task: task, ctx: ctx, want: j.source.files[task.Path], sieve: j.rules.Sieve()}
	buffer := j.buffer(task.Bytes)
	defer j.buffers.Put(buffer)
	raw, err := u.load(*buffer)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	name := schema.FileName(schema.KindData, j.source.config.Output.Split, task.Index, task.Of)
	file, err := task.Store.Create(ctx, name)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	defer file.Abandon()
	stats, err := u.filter(raw, file)
	if err != nil {
		return schema.UnitSummary{}, err
	}
	if err := file.Publish(); err != nil {
		return schema.UnitSummary{}, fmt.Errorf("publish: %w", err)
	}
	task.Report(pipelines.Progress{Bytes: task.Bytes})
	return u.summary(stats.File(name), stats), nil
}

// buffer returns memory for so many bytes.
func (j *job) buffer(size int64) *[]byte {
	if b, ok := j.buffers.Get().(*[]byte); ok && int64(cap(*b)) >= size {
		*b = (*b)[:size]
		return b
	}
	b := make([]byte, size)
	return &b
}

// unit is the work on one raw file.
type unit struct {
	job   *job
	task  pipelines.Task
	ctx   context.Context
	want  schema.File // what the source's manifest says of the raw file
	sieve *filter.Sieve
}

// load reads the raw file into data, which must be of its size, and holds it
// against the source's manifest.
func (u *unit) load(data []byte) (*schema.Reader, error) {
	if err := u.read(data); err != nil {
		return nil, fmt.Errorf("%w: %w", pipelines.ErrInput, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != u.want.SHA256 {
		return nil, u.damaged(fmt.Errorf("it is not what the manifest lists, which begins with SHA-256 %.12s", u.want.SHA256))
	}
	raw, err := schema.ReadBytes(data)
	if err != nil {
		return nil, u.damaged(err)
	}
	return raw, nil
}

func (u *unit) read(data []byte) error {
	file, err := u.job.source.store.Open(u.ctx, u.task.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	if file.Size() != int64(len(data)) {
		return fmt.Errorf("%s has %d bytes, its unit wrote %d", u.task.Path, file.Size(), len(data))
	}
	if _, err := io.ReadFull(file, data); err != nil {
		return fmt.Errorf("%s: %w", u.task.Path, err)
	}
	return nil
}

// damaged is the error of a raw file that is not as its unit wrote it.
func (u *unit) damaged(err error) error {
	return fmt.Errorf("%w: %w: %s: %w; let the source's own command do it again, with --redo %d",
		pipelines.ErrInput, pipelines.ErrFormat, u.task.Path, err, u.task.Index)
}

// filter writes the data file of a raw file.
func (u *unit) filter(raw *schema.Reader, file storage.File) (stats schema.FileStats, err error) {
	w, err := schema.NewWriter(file, u.job.identity.Metadata(), schema.WriterOptions{})
	if err != nil {
		return stats, err
	}
	for _, group := range raw.Groups() {
		if err := w.Narrow(group, u.job.rules.Reads(), u.narrow); err != nil {
			return stats, err
		}
	}
	if stats, err = w.Close(); err != nil {
		return stats, err
	}
	return stats, u.account(stats)
}

// narrow filters the rows of a row group.
func (u *unit) narrow(rows *schema.Selection) error {
	if u.ctx.Err() != nil {
		return context.Cause(u.ctx)
	}
	u.sieve.Narrow(rows)
	n := int64(rows.Rows())
	u.task.Report(pipelines.Progress{Records: n, Rows: n})
	return nil
}

// account proves that every row and every box of the raw file is in the data
// file or counted as removed.
func (u *unit) account(stats schema.FileStats) error {
	boxes := stats.Boxes
	for _, n := range u.sieve.Removals().Boxes {
		boxes += n
	}
	if stats.Rows != u.want.Rows || boxes != u.want.Boxes {
		return fmt.Errorf("%w: %s has %d rows and %d boxes, %d and %d were filtered", pipelines.ErrAccounting,
			u.task.Path, u.want.Rows, u.want.Boxes, stats.Rows, boxes)
	}
	return nil
}

func (u *unit) summary(file schema.File, stats schema.FileStats) schema.UnitSummary {
	removed := u.sieve.Removals()
	s := schema.UnitSummary{
		Unit: u.task.Index, Name: u.task.Name, Inputs: []string{u.task.Path},
		Files: []schema.File{file},
	}
	s.Records, s.Removals = stats.Rows, removed.Counts()
	s.AddFile(stats)
	return s
}
