package annotate

import (
	"context"
	"fmt"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// job is the pipelines.Job: everything that the units of a process share.
type job struct {
	opts      Options
	identity  schema.Identity
	extractor *extract.Extractor
	teacher   teacher.Teacher
	filter    *filter.Filter

	cpu    chan struct{} // a slot for each sample being prepared
	device chan struct{} // a slot for each batch being grounded
}

// open is the Open of the job's pipelines.Factory.
func open(data []byte) (pipelines.Job, error) {
	s, err := decodeSpec(data)
	if err != nil {
		return nil, err
	}
	model, err := openTeacher(s.Options.Teacher)
	if err != nil {
		return nil, err
	}
	j, err := newJob(s, model)
	if err != nil {
		model.Close()
		return nil, err
	}
	return j, nil
}

// identify is the Identify of the job's pipelines.Factory.
func identify(_ context.Context, data []byte) (schema.Identity, error) {
	s, err := decodeSpec(data)
	if err != nil {
		return schema.Identity{}, err
	}
	extractor, err := extract.New(s.Options.Extract.options())
	if err != nil {
		return schema.Identity{}, fmt.Errorf("extract: %w", err)
	}
	identity, err := s.identity(extractor)
	identity.Model = s.Options.Teacher.known()
	return identity, err
}

// newJob makes a job of a teacher, which it owns when there is no error.
func newJob(s spec, model teacher.Teacher) (*job, error) {
	extractor, err := extract.New(s.Options.Extract.options())
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	rules, err := filter.New(s.Options.Filter)
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	identity, err := s.identity(extractor)
	if err != nil {
		return nil, err
	}
	identity.Model = schema.Model(model.Info())
	return &job{
		opts:      s.Options,
		identity:  identity,
		extractor: extractor,
		teacher:   guarded(model, s.Options.Teacher),
		filter:    rules,
		cpu:       make(chan struct{}, s.Options.Teacher.workers()),
		device:    make(chan struct{}, s.Options.Teacher.inFlight()),
	}, nil
}

// Identity says what makes the files.
func (j *job) Identity() schema.Identity { return j.identity }

// Close closes the teacher.
func (j *job) Close() error { return j.teacher.Close() }
