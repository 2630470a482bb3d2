package schema_test

import (
	"bytes"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// unit is how many rows a unit of a run has.
const unit = 10_000

// processorTime returns what the process has used of all cores: what counts on a
// machine that others use too.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// reportRows reports what rows took since start.
func reportRows(b *testing.B, rows int, start time.Duration) {
	n := float64(rows * b.N)
	b.ReportMetric(n/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(processorTime(b)-start)/n, "cpu-ns/row")
}

// BenchmarkWriter writes units of the bench shape (see package rowtest).
func BenchmarkWriter(b *testing.B) {
	rows := rowtest.Rows(rowtest.Data, unit)
	b.ReportAllocs()
	var size int64
	start := processorTime(b)
	for b.Loop() {
		w, err := schema.NewWriter(io.Discard, schema.Metadata{}, schema.WriterOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				b.Fatal(err)
			}
		}
		stats, err := w.Close()
		if err != nil {
			b.Fatal(err)
		}
		size = stats.Bytes
	}
	reportRows(b, len(rows), start)
	b.ReportMetric(float64(size)/float64(len(rows)), "bytes/row")
}

// write writes rows to memory.
func write(b *testing.B, rows []*schema.Row) []byte {
	b.Helper()
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func open(b *testing.B, data []byte) *schema.Reader {
	b.Helper()
	r, err := schema.ReadBytes(data)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkRows reads units of the bench shape row by row.
func BenchmarkRows(b *testing.B) {
	data := write(b, rowtest.Rows(rowtest.Data, unit))
	b.ReportAllocs()
	start := processorTime(b)
	for b.Loop() {
		for _, err := range open(b, data).Rows() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	reportRows(b, unit, start)
}

// BenchmarkBatches reads some columns of units of the raw shape.
func BenchmarkBatches(b *testing.B) {
	data := write(b, rowtest.Rows(rowtest.Raw, unit))
	for _, set := range []struct {
		name    string
		columns schema.Columns
	}{
		{"all", schema.AllColumns},
		{"boxes", schema.SizeColumns | schema.BestScoreColumn | schema.BoxColumns},
	} {
		b.Run(set.name, func(b *testing.B) {
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				for _, g := range open(b, data).Groups() {
					for _, err := range g.Batches(set.columns) {
						if err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			reportRows(b, unit, start)
		})
	}
}

// BenchmarkNarrow applies a threshold to units of the raw shape, as a filter would:
// what `runner refilter` does with one file.
func BenchmarkNarrow(b *testing.B) {
	data := write(b, rowtest.Rows(rowtest.Raw, unit))
	for _, set := range []struct {
		name   string
		choose choice
	}{
		{"boxes", confident},
		{"phrases", grounded},
	} {
		b.Run(set.name, func(b *testing.B) {
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				narrow(b, data, set.choose)
			}
			reportRows(b, unit, start)
		})
	}
}

func narrow(b *testing.B, data []byte, choose choice) {
	b.Helper()
	w, err := schema.NewWriter(io.Discard, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, g := range open(b, data).Groups() {
		if err := w.Narrow(g, 0, choose); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
