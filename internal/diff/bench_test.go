package diff

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

var manyRows = flag.Int("rows", 1_000_000, "rows that BenchmarkRun compares, a multiple of 10,000")

// BenchmarkRun compares rows of the bench shape with another version of them, of
// which three of four are changed:
//
//	go test -run '^$' -bench Run -benchtime 1x ./internal/diff -rows 10000000
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{10_000, *manyRows} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			if n > 10_000 && testing.Short() {
				b.Skip("it writes files of 130 bytes a row")
			}
			dir := b.TempDir()
			rows := rowtest.Rows(rowtest.Data, 10_000)
			first := writeCopies(b, filepath.Join(dir, "a.parquet"), rows, n)
			second := writeCopies(b, filepath.Join(dir, "b.parquet"), changed(rows, 1), n)
			forgetPeak()
			for b.Loop() {
				if _, err := Run(context.Background(), first, second, Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(peak(), "peak-MB")
		})
	}
}

// writeCopies writes a file of n rows: copies of some, each of images of its own.
func writeCopies(b *testing.B, path string, rows []*schema.Row, n int) *rowset.Set {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w, err := schema.NewWriter(f, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n / 10_000 {
		for _, row := range rows {
			again := *row
			again.ImageSHA256 = digestOf(fmt.Append(nil, i, row.ImageSHA256))
			again.Key = fmt.Sprintf("%05d%s", i, row.Key)
			if err := w.Write(&again); err != nil {
				b.Fatal(err)
			}
		}
	}
	if _, err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return openSet(b, path)
}

// forgetPeak makes the system count the process's peak memory anew, where it can.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peak returns the process's peak memory in MB, 0 where the system does not tell.
func peak() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); err == nil {
			return kilobytes / 1000
		}
	}
	return 0
}
