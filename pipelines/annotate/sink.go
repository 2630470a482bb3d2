package annotate

import (
	"context"
	"fmt"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// sink writes the three files of a unit: raw with every box above the floor,
// data with those that the filter keeps, and rejects. It takes records in input
// order, from one goroutine.
type sink struct {
	task   pipelines.Task
	filter *filter.Filter

	files   []storage.File // in the order of their publishing
	names   map[schema.Kind]string
	raw     *schema.Writer
	data    *schema.Writer
	rejects *schema.RejectWriter

	records  int64
	offset   int64 // bytes of the input that were reported as done
	removals filter.Removals
}

// newSink creates the files. The caller must abandon the sink.
func newSink(ctx context.Context, task pipelines.Task, j *job) (*sink, error) {
	s := &sink{task: task, filter: j.filter, names: map[schema.Kind]string{}}
	if err := s.create(ctx, j); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func (s *sink) create(ctx context.Context, j *job) error {
	files := map[schema.Kind]storage.File{}
	for _, kind := range []schema.Kind{schema.KindRaw, schema.KindData, schema.KindRejects} {
		s.names[kind] = schema.FileName(kind, j.opts.Output.Split, s.task.Index, s.task.Of)
		file, err := s.task.Store.Create(ctx, s.names[kind])
		if err != nil {
			return err
		}
		files[kind] = file
		s.files = append(s.files, file)
	}
	meta := j.identity.Metadata()
	var err error
	if s.raw, err = schema.NewWriter(files[schema.KindRaw], meta, schema.WriterOptions{}); err != nil {
		return err
	}
	embed := schema.WriterOptions{EmbedImages: j.opts.Output.EmbedImages}
	if s.data, err = schema.NewWriter(files[schema.KindData], meta, embed); err != nil {
		return err
	}
	s.rejects = schema.NewRejectWriter(files[schema.KindRejects])
	return nil
}

// abandon drops what was not published.
func (s *sink) abandon() {
	for _, f := range s.files {
		f.Abandon()
	}
}

// write writes one record to its place.
func (s *sink) write(rec *record) error {
	step := pipelines.Progress{Records: 1, Bytes: rec.offset - s.offset}
	s.offset = rec.offset
	s.records++
	if rec.reject != nil {
		step.Rejects, step.Reject = 1, rec.reject
		if err := s.rejects.Write(*rec.reject); err != nil {
			return err
		}
	} else {
		step.Rows = 1
		if err := s.writeRow(&rec.row); err != nil {
			return err
		}
	}
	s.task.Report(step)
	return nil
}

// writeRow writes a row to the raw file, without its image, and to the data
// file, without the boxes that the filter removes.
func (s *sink) writeRow(row *schema.Row) error {
	image := row.Image
	row.Image = nil
	if err := s.raw.Write(row); err != nil {
		return err
	}
	var removed filter.Removals
	row.Phrases, removed = s.filter.Apply(int(row.Width), int(row.Height), row.Phrases)
	s.removals.Add(removed)
	row.Image = image
	return s.data.Write(row)
}

// publish ends the files, publishes them and accounts for them.
func (s *sink) publish() (schema.UnitSummary, error) {
	summary := schema.UnitSummary{Unit: s.task.Index, Name: s.task.Name, Inputs: []string{s.task.Name}}
	raw, err := s.raw.Close()
	if err != nil {
		return summary, err
	}
	data, err := s.data.Close()
	if err != nil {
		return summary, err
	}
	rejects, err := s.rejects.Close()
	if err != nil {
		return summary, err
	}
	for _, f := range s.files {
		if err := f.Publish(); err != nil {
			return summary, fmt.Errorf("publish: %w", err)
		}
	}
	summary.Records, summary.Rejects, summary.Removals = s.records, rejects.Reasons, s.removals.Counts()
	summary.AddFile(data)
	summary.Files = []schema.File{
		data.File(s.names[schema.KindData]),
		raw.File(s.names[schema.KindRaw]),
		rejects.File(s.names[schema.KindRejects]),
	}
	s.task.Report(pipelines.Progress{Bytes: s.task.Bytes - s.offset})
	return summary, nil
}
