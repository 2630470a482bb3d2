package refilter

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
)

// job is the pipelines.Job: everything that the units of a process share.
type job struct {
	source   *source
	rules    *filter.Filter
	identity schema.Identity
	buffers  sync.Pool // of *[]byte, for raw files
}

// identify is the Identify of the job's pipelines.Factory: no worker adds to what
// the source says.
func identify(_ context.Context, data []byte) (schema.Identity, error) {
	j, err := open(data)
	if err != nil {
		return schema.Identity{}, err
	}
	return j.Identity(), nil
}

// open is the Open of the job's pipelines.Factory.
func open(data []byte) (pipelines.Job, error) {
	var s spec
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("refilter: decode job: %w", err)
	}
	store, err := storage.Open(s.Source)
	if err != nil {
		return nil, err
	}
	src, err := readSource(context.Background(), store)
	if err != nil {
		return nil, err
	}
	if src.digest != s.ManifestSHA256 {
		return nil, fmt.Errorf("source %s: its %s has changed since the run was planned; start again", src.store, schema.ManifestName)
	}
	j := &job{source: src}
	if j.rules, err = filter.New(s.Options.Filter); err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	j.identity, err = src.identity(s.Options.Filter, s.ToolVersion)
	return j, err
}

// Identity says what makes the files.
func (j *job) Identity() schema.Identity { return j.identity }

// Close does nothing: there is no teacher.
func (j *job) Close() error { return nil }
