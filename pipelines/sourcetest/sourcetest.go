// Package sourcetest makes what the jobs over finished runs read, without a teacher:
// the files of one kind and the manifest of a run of the bench shape (package
// rowtest).
//
//	set := sourcetest.Set{Kind: schema.KindRaw, Units: 100, Rows: 10_000}
//	err := set.Write(ctx, "out/source") // a million rows
package sourcetest

import (
	"bytes"
	"context"
	"fmt"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// Set is a run to make.
type Set struct {
	Kind  schema.Kind // KindData or KindRaw
	Units int
	Rows  int // of a unit
	// Distinct gives each unit rows of its own. Without it all hold the same, so that
	// a large run costs little to make.
	Distinct bool
}

// Write writes the run to a location.
func (s Set) Write(ctx context.Context, location string) error {
	store, err := storage.Open(location)
	if err != nil {
		return err
	}
	m, err := newManifest()
	if err != nil {
		return err
	}
	var file []byte
	var stats schema.FileStats
	for i := range s.Units {
		if s.Distinct || i == 0 {
			if file, stats, err = encode(s.rows(i), m.Metadata()); err != nil {
				return err
			}
		}
		name := schema.FileName(s.Kind, "train", i, s.Units)
		if err := storage.WriteFile(ctx, store, name, file); err != nil {
			return err
		}
		unit := schema.UnitSummary{Unit: i, Name: fmt.Sprintf("%05d.tar", i), Files: []schema.File{stats.File(name)}}
		unit.Records = stats.Rows
		unit.AddFile(stats)
		m.Merge(unit)
	}
	return end(ctx, store, m)
}

// rows returns those of a unit.
func (s Set) rows(unit int) []*schema.Row {
	shape := rowtest.Data
	if s.Kind == schema.KindRaw {
		shape = rowtest.Raw
	}
	return rowtest.From(shape, unit*s.Rows, s.Rows)
}

// newManifest returns a manifest of annotate's defaults without units.
func newManifest() (*schema.Manifest, error) {
	config, digest, err := annotate.Default().Effective().Canonical()
	m := &schema.Manifest{SchemaVersion: schema.Version}
	m.ToolVersion, m.Config, m.ConfigSHA256 = "test", config, digest
	return m, err
}

// encode returns the bytes of a file.
func encode(rows []*schema.Row, meta schema.Metadata) ([]byte, schema.FileStats, error) {
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, meta, schema.WriterOptions{})
	if err != nil {
		return nil, schema.FileStats{}, err
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			return nil, schema.FileStats{}, err
		}
	}
	stats, err := w.Close()
	return out.Bytes(), stats, err
}

// end writes what ends a run.
func end(ctx context.Context, store storage.Store, m *schema.Manifest) error {
	data, err := schema.EncodeJSON(m)
	if err != nil {
		return err
	}
	if err := storage.WriteFile(ctx, store, schema.ManifestName, data); err != nil {
		return err
	}
	return storage.WriteFile(ctx, store, schema.SuccessName, []byte("{}\n"))
}
