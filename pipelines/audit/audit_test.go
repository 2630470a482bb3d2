package audit_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	local "github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/config"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/verify"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/audit"
	"github.com/groundmill/groundmill/pipelines/clustertest"
	"github.com/groundmill/groundmill/pipelines/jobserver"
	"github.com/groundmill/groundmill/schema"
)

// TestPagesAreEqual holds the job to its promise: whatever the lanes, one set of
// files, and the page of a local audit.
func TestPagesAreEqual(t *testing.T) {
	dir := source(t, 9)
	var want map[string]string
	for _, lanes := range []int{1, 4, 8} {
		req := request(t, dir)
		wantPage(t, req, options(lanes))
		if want == nil {
			want = files(t, req.Parts)
		}
		if diff := cmp.Diff(want, files(t, req.Parts)); diff != "" {
			t.Errorf("files of %d lanes (-one lane +these):\n%.2000s", lanes, diff)
		}
	}
}

// TestCluster counts on a job server, with workers that are other processes.
func TestCluster(t *testing.T) {
	dir := source(t, 5)
	here := request(t, dir)
	wantPage(t, here, options(1))
	req := request(t, dir)
	opts := options(2)
	opts.Beam.Runner = pipelines.RunnerPortable
	opts.Beam.JobServer = jobserver.Options{
		Endpoint: clustertest.StartPrism(t), Environment: jobserver.External,
		WorkerPool: clustertest.StartPool(t, clustertest.Self(t)).Addr, WorkerBinary: "/bin/true",
	}
	wantPage(t, req, opts)
	if diff := cmp.Diff(files(t, here.Parts), files(t, req.Parts)); diff != "" {
		t.Errorf("files (-here +there):\n%.2000s", diff)
	}
}

// TestFolder says what the folder of parts has in it, and that it accounts for all
// records and can be verified.
func TestFolder(t *testing.T) {
	req := request(t, source(t, 2))
	m, err := audit.Run(t.Context(), req, options(2))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"_SUCCESS", "audit/part-00000-of-00002.json.zst", "audit/part-00001-of-00002.json.zst", "manifest.json",
		"run.json", "units/part-00000-of-00002.json", "units/part-00001-of-00002.json"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files(t, req.Parts)))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	of, err := schema.ParseManifest([]byte(files(t, req.Source)[schema.ManifestName]))
	if err != nil {
		t.Fatal(err)
	}
	totals := of.Totals
	totals.Removals = m.Totals.Removals
	if diff := cmp.Diff(totals, m.Totals); diff != "" {
		t.Errorf("totals (-source +parts):\n%s", diff)
	}
	store, err := storage.Open(req.Parts)
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(t.Context(), store, verify.Options{Partial: local.CheckPartial})
	if err != nil || !report.OK() || report.Rows != 80 || report.Boxes != m.Totals.Boxes {
		t.Errorf("verify: %+v, %v", report, err)
	}
}

// TestPlainFiles counts files without a run, one of which has no rows.
func TestPlainFiles(t *testing.T) {
	whole := source(t, 3)
	dir := t.TempDir()
	for i, name := range []string{"b.parquet", "a.parquet"} {
		if err := os.Rename(filepath.Join(whole, schema.FileName(schema.KindData, "train", i, 3)), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	wantPage(t, request(t, dir), options(2))
}

// TestRefused refuses requests that continue nothing that is there.
func TestRefused(t *testing.T) {
	dir := source(t, 2)
	req := request(t, dir)
	wantPage(t, req, options(1))
	tests := []struct {
		name   string
		change func(*audit.Request)
		want   string
	}{
		{"seed", func(r *audit.Request) { r.Seed = 6 }, "config differs in seed: the folder has 5, this run 6"},
		{"samples", func(r *audit.Request) { r.PerStratum = 3 }, "config differs in samples: the folder has 2, this run 3"},
		{"version", func(r *audit.Request) { r.ToolVersion = "other" }, "tool differs in tool_version"},
		{"source", func(r *audit.Request) { r.Source = source(t, 3) }, "input differs in units: the folder has 2, this run 3"},
		{"no parts", func(r *audit.Request) { r.Parts = "" }, "there is no folder for the partial results"},
		{"no samples", func(r *audit.Request) { r.PerStratum = 0 }, "0 samples of a stratum are none"},
		{"parts in the source", func(r *audit.Request) { r.Parts = dir + "/parts" }, "lies in the source"},
		{"parts are the source", func(r *audit.Request) { r.Parts = dir }, "lies in the source"},
		{"nothing", func(r *audit.Request) { r.Source = t.TempDir() }, "no data/*.parquet"},
		{"foreign", func(r *audit.Request) { r.Parts = source(t, 1) }, "holds another run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			other := req
			tt.change(&other)
			_, err := audit.Run(t.Context(), other, options(1))
			var refused *pipelines.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want a refusal with %q", err, tt.want)
			}
		})
	}
}

// TestSourceChanges refuses parts of a source that has other files or another
// manifest by now.
func TestSourceChanges(t *testing.T) {
	for name, want := range map[string]string{
		schema.ManifestName: "input differs in audit_of",
		schema.FileName(schema.KindRejects, "train", 1, 2): "input differs in fingerprint",
	} {
		t.Run(name, func(t *testing.T) {
			req := request(t, source(t, 2))
			m, err := audit.Run(t.Context(), req, options(1))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(req.Source, filepath.FromSlash(name))
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := audit.Run(t.Context(), req, options(1)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error is %v, want %q", err, want)
			}
			if _, err := audit.Report(t.Context(), req, m, nil); err == nil || !strings.Contains(err.Error(), "have changed since they were counted") {
				t.Errorf("the report's error is %v", err)
			}
		})
	}
}

// TestConfig decodes the configuration that is given as an example.
func TestConfig(t *testing.T) {
	got := audit.DefaultConfig()
	if err := config.Load(filepath.Join("..", "..", "configs", "audit.yaml"), nil, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(audit.DefaultConfig().Beam.Runner, got.Beam.Runner); diff != "" {
		t.Error(diff)
	}
	err := config.Load("", []string{"beam.lanes=9"}, &got)
	if err == nil || !strings.Contains(err.Error(), "beam.lanes: 9 is not between 1 and 8") {
		t.Errorf("error is %v", err)
	}
}
