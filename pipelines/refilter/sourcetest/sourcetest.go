// Package sourcetest makes what package refilter reads, without a teacher: the
// raw files and the manifest of a finished run of the bench shape (package
// rowtest).
//
//	err := sourcetest.Write(ctx, "out/source", 100, 10_000) // a million rows
//
// All units hold the same rows, so that a large run costs little to make.
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

// Write writes a run of so many units of so many rows to a location.
func Write(ctx context.Context, location string, units, rows int) error {
	store, err := storage.Open(location)
	if err != nil {
		return err
	}
	m, err := newManifest()
	if err != nil {
		return err
	}
	raw, stats, err := encode(rowtest.Rows(rowtest.Raw, rows), m.Metadata())
	if err != nil {
		return err
	}
	for i := range units {
		name := schema.FileName(schema.KindRaw, "train", i, units)
		if err := storage.WriteFile(ctx, store, name, raw); err != nil {
			return err
		}
		unit := schema.UnitSummary{Unit: i, Name: fmt.Sprintf("%05d.tar", i), Files: []schema.File{stats.File(name)}}
		unit.Records = stats.Rows
		unit.AddFile(stats)
		m.Merge(unit)
	}
	return end(ctx, store, m)
}

// newManifest returns a manifest of annotate's defaults without units.
func newManifest() (*schema.Manifest, error) {
	config, digest, err := annotate.Default().Effective().Canonical()
	m := &schema.Manifest{SchemaVersion: schema.Version}
	m.ToolVersion, m.Config, m.ConfigSHA256 = "test", config, digest
	return m, err
}

// encode returns the bytes of a raw file.
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
