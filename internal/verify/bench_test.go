package verify

import (
	"syscall"
	"testing"
	"time"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// benchRun is a finished run of units of 10,000 rows of the bench shape, of whose
// raw boxes the data rows keep those of the upper half.
func benchRun(b *testing.B, units int) memory {
	b.Helper()
	list := make([]unitRows, units)
	for i := range list {
		list[i].raw = rowtest.Rows(rowtest.Raw, 10_000)
		list[i].data = rowtest.Rows(rowtest.Raw, 10_000)
		for j, row := range list[i].data {
			row.Source = schema.Source{Shard: shardName(i), Index: int64(j)}
			list[i].raw[j].Source = row.Source
			for k := range row.Phrases {
				boxes := row.Phrases[k].Boxes
				row.Phrases[k].Boxes = boxes[:(len(boxes)+1)/2]
			}
		}
	}
	store := memory{}
	writeRun(b, store, "", testIdentity, list)
	return store
}

// processorTime returns what the process has used of all cores, which counts on a
// machine that others use too.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRun checks a run of 40,000 records, which has a data row and a raw row
// for each; rows/s is of both.
func BenchmarkRun(b *testing.B) {
	const units = 4
	store := benchRun(b, units)
	for name, opts := range map[string]Options{"full": {}, "quick": {Quick: true}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				if report := mustCheck(b, store, opts); !report.OK() {
					b.Fatal(report.Problems[0])
				}
			}
			rows := float64(2 * units * 10_000 * b.N)
			b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(processorTime(b)-start)/rows, "cpu-ns/row")
		})
	}
}

// BenchmarkSmallUnits checks a run of units of four rows: what a unit costs by
// itself.
func BenchmarkSmallUnits(b *testing.B) {
	const units = 100
	store := memory{}
	writeRun(b, store, "", testIdentity, newUnits(units))
	for b.Loop() {
		mustCheck(b, store, Options{})
	}
	b.ReportMetric(float64(units*b.N)/b.Elapsed().Seconds(), "units/s")
}
