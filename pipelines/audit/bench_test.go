package audit_test

import (
	"path/filepath"
	"strconv"
	"testing"

	local "github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/audit"
	"github.com/groundmill/groundmill/pipelines/sourcetest"
	"github.com/groundmill/groundmill/schema"
)

// BenchmarkRun counts a million rows of the bench shape in this process and in
// parts, and merges the parts.
func BenchmarkRun(b *testing.B) {
	const units, rows = 100, 10_000
	source := b.TempDir()
	set := sourcetest.Set{Kind: schema.KindData, Units: units, Rows: rows, Distinct: true}
	if err := set.Write(b.Context(), source); err != nil {
		b.Fatal(err)
	}
	store, err := storage.Open(source)
	if err != nil {
		b.Fatal(err)
	}
	rate := func(b *testing.B) {
		b.ReportMetric(float64(units*rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	}
	b.Run("local", func(b *testing.B) {
		for b.Loop() {
			if _, err := local.Run(b.Context(), store, local.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b)
	})
	req := audit.Request{Source: source, PerStratum: 2}
	var manifest *schema.Manifest
	dir := b.TempDir()
	b.Run("parts", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			req.Parts = filepath.Join(dir, strconv.Itoa(i))
			if manifest, err = audit.Run(b.Context(), req, pipelines.Options{Beam: pipelines.DefaultBeam(2)}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b)
	})
	b.Run("merge", func(b *testing.B) {
		for b.Loop() {
			if _, err := audit.Report(b.Context(), req, manifest, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(units*b.N), "ms/part")
	})
}
