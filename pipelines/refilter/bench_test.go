package refilter_test

import (
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/pipelines/refilter"
	"github.com/groundmill/groundmill/pipelines/sourcetest"
	"github.com/groundmill/groundmill/schema"
)

// processorTime returns what the process has used of all cores: what counts on a
// machine that others use too.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRun filters a run of the bench shape from disk to disk, with planning,
// Beam and commit.
func BenchmarkRun(b *testing.B) {
	const units, rows = 60, 10_000
	source := b.TempDir()
	if err := (sourcetest.Set{Kind: schema.KindRaw, Units: units, Rows: rows}).Write(b.Context(), source); err != nil {
		b.Fatal(err)
	}
	for name, rules := range map[string]filter.Config{
		"boxes":   filter.Default(),
		"phrases": {MinScore: 0.5, NMSIoU: 0.6, DropFlags: []string{"name"}},
	} {
		b.Run(name, func(b *testing.B) {
			dir, start := b.TempDir(), processorTime(b)
			for i := 0; b.Loop(); i++ {
				opts := refilter.Default()
				opts.Filter, opts.Output.Dir = rules, filepath.Join(dir, strconv.Itoa(i))
				if _, err := refilter.Run(b.Context(), source, opts, refilter.RunOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			n := float64(units * rows * b.N)
			b.ReportMetric(n/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(processorTime(b)-start)/n, "cpu-ns/row")
		})
	}
}
