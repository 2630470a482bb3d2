package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	local "github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/audit"
	"github.com/groundmill/groundmill/pipelines/clustertest"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// TestMain lets processes of the test binary be a server or a worker.
func TestMain(m *testing.M) {
	clustertest.Main()
	pipelines.Init(os.Args[1:])
	os.Exit(m.Run())
}

// writeSource writes a finished run of so many units of 40 rows and some rejects.
func writeSource(t testing.TB, location string, units int) {
	t.Helper()
	store, err := storage.Open(location)
	if err != nil {
		t.Fatal(err)
	}
	m := &schema.Manifest{SchemaVersion: schema.Version, Identity: schema.Identity{Job: "annotate", ToolVersion: "1", Model: schema.Model{Name: "tiny"}}}
	for i := range units {
		summary := writeUnit(t, store, i, units, m.Metadata())
		writeJSON(t, store, schema.FileName(schema.KindUnits, "train", i, units), &summary)
		m.Merge(summary)
	}
	writeJSON(t, store, schema.RunName, &schema.RunRecord{SchemaVersion: schema.Version, Split: "train", Units: units, Identity: m.Identity})
	writeJSON(t, store, schema.ManifestName, m)
	writeJSON(t, store, schema.SuccessName, m.Success())
}

func writeUnit(t testing.TB, store storage.Store, i, of int, meta schema.Metadata) schema.UnitSummary {
	t.Helper()
	s := schema.UnitSummary{Unit: i, Name: fmt.Sprintf("%05d.tar", i)}
	var data, rejects bytes.Buffer
	w, err := schema.NewWriter(&data, meta, schema.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := schema.NewRejectWriter(&rejects)
	for n, row := range rowtest.From(rowtest.Data, 40*i, 40) {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
		if n%9 == i%9 {
			reject := schema.Reject{Key: fmt.Sprint(n), Source: schema.Source{Shard: s.Name, Index: int64(n)}, Reason: schema.Reasons()[n%5].Reason}
			if err := r.Write(reject); err != nil {
				t.Fatal(err)
			}
		}
	}
	stats, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	rejected, err := r.Close()
	if err != nil {
		t.Fatal(err)
	}
	s.AddFile(stats)
	s.Rejects, s.Records = rejected.Reasons, stats.Rows+rejected.Rejects
	names := [2]string{schema.FileName(schema.KindData, "train", i, of), schema.FileName(schema.KindRejects, "train", i, of)}
	s.Files = []schema.File{stats.File(names[0]), rejected.File(names[1])}
	write(t, store, names[0], data.Bytes())
	write(t, store, names[1], rejects.Bytes())
	return s
}

func write(t testing.TB, store storage.Store, name string, data []byte) {
	t.Helper()
	if err := storage.WriteFile(t.Context(), store, name, data); err != nil {
		t.Fatal(err)
	}
}

func writeJSON(t testing.TB, store storage.Store, name string, v any) {
	t.Helper()
	data, err := schema.EncodeJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	write(t, store, name, data)
}

// source is a finished run on disk.
func source(t testing.TB, units int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "labels")
	writeSource(t, dir, units)
	return dir
}

func request(t testing.TB, source string) audit.Request {
	t.Helper()
	return audit.Request{Source: source, Parts: filepath.Join(t.TempDir(), "parts"), Seed: 5, PerStratum: 2, ToolVersion: "test"}
}

// options are of so many lanes, and wait for nothing.
func options(lanes int) pipelines.Options {
	return pipelines.Options{Beam: pipelines.DefaultBeam(lanes), After: func(time.Duration) <-chan time.Time {
		now := make(chan time.Time, 1)
		now <- time.Time{}
		return now
	}}
}

// pageOfParts runs a request to its end and returns the page.
func pageOfParts(ctx context.Context, t testing.TB, req audit.Request, opts pipelines.Options) (string, error) {
	t.Helper()
	manifest, err := audit.Run(ctx, req, opts)
	if err != nil {
		return "", err
	}
	report, err := audit.Report(ctx, req, manifest, nil)
	if err != nil {
		return "", err
	}
	return draw(t, report), nil
}

// localPage is the page of an audit in this process.
func localPage(t testing.TB, req audit.Request) string {
	t.Helper()
	store, err := storage.Open(req.Source)
	if err != nil {
		t.Fatal(err)
	}
	report, err := local.Run(t.Context(), store, local.Options{Seed: req.Seed, PerStratum: req.PerStratum})
	if err != nil {
		t.Fatal(err)
	}
	return draw(t, report)
}

func draw(t testing.TB, report *local.Report) string {
	t.Helper()
	if err := report.FindPictures(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := report.WritePage(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// wantPage runs a request and wants the local page of it.
func wantPage(t testing.TB, req audit.Request, opts pipelines.Options) {
	t.Helper()
	got, err := pageOfParts(t.Context(), t, req, opts)
	if err != nil {
		t.Fatal(err)
	}
	if got != localPage(t, req) {
		t.Error("the page of the parts is not that of a local audit")
	}
}

// files are the contents of a folder.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	store, err := storage.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range list {
		data, err := storage.ReadFile(t.Context(), store, info.Name)
		if err != nil {
			t.Fatal(err)
		}
		out[info.Name] = string(data)
	}
	return out
}
