package filter

import (
	"testing"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// BenchmarkSieve applies the default rules to rows of the raw bench shape.
func BenchmarkSieve(b *testing.B) {
	f, err := New(Default())
	if err != nil {
		b.Fatal(err)
	}
	rows := rowtest.Rows(rowtest.Raw, 10_000)
	selection := schema.Select(rows...)
	for b.Loop() {
		f.Sieve().Narrow(selection)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}
