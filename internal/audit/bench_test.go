package audit

import (
	"context"
	"testing"

	"github.com/groundmill/groundmill/schema/rowtest"
)

// BenchmarkRun audits 10,000 rows of the bench shape and draws the page.
func BenchmarkRun(b *testing.B) {
	const n = 10_000
	store := newStore(b)
	data, _ := encodeRows(b, rowtest.Rows(rowtest.Data, n))
	write(b, store, "rows.parquet", data)
	b.ReportAllocs()
	for b.Loop() {
		r, err := Run(context.Background(), store, Options{})
		if err != nil {
			b.Fatal(err)
		}
		pageOf(b, r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

// BenchmarkMerge merges two Partials of 10,000 rows, most of whose phrases differ.
func BenchmarkMerge(b *testing.B) {
	var parts [2]*Partial
	for i := range parts {
		parts[i] = NewPartial(0, 2)
	}
	for i, row := range rowtest.Rows(rowtest.Data, 20_000) {
		parts[i%2].add(row, place{File: "f", Row: int64(i)})
	}
	for b.Loop() {
		sum := NewPartial(0, 2)
		sum.Merge(parts[0])
		sum.Merge(parts[1])
	}
}

// BenchmarkStored writes, reads and merges the Partial of 10,000 rows: what a unit
// of an audit in parts leaves, and what putting a million rows together costs a
// hundredth of.
func BenchmarkStored(b *testing.B) {
	p := NewPartial(0, 2)
	for i, row := range rowtest.Rows(rowtest.Data, 10_000) {
		p.add(row, place{File: "data/train-00000-of-00001.parquet", Row: int64(i)})
	}
	data := mustEncode(b, p)
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			mustEncode(b, p)
		}
		b.ReportMetric(float64(len(data)), "bytes")
	})
	sum := NewPartial(0, 2)
	b.Run("decode and merge", func(b *testing.B) {
		for b.Loop() {
			part, err := DecodePartial(data)
			if err != nil {
				b.Fatal(err)
			}
			sum.Merge(part)
		}
	})
}
