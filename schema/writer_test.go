package schema

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var testMetadata = Metadata{
	ToolVersion: "v0.1.0", ConfigSHA256: "c0", ModelSHA256: "30", WordListSHA256: "70", InputFingerprint: "1f",
}

// writeFile writes rows to memory.
func writeFile(t testing.TB, rows []*Row, opts WriterOptions) ([]byte, FileStats) {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, testMetadata, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), stats
}

// readFile reads all rows of a file.
func readFile(t testing.TB, data []byte) []*Row {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var rows []*Row
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func TestRoundTrip(t *testing.T) {
	tests := []struct {
		name string
		rows []*Row
		opts WriterOptions
	}{
		{"no rows", nil, WriterOptions{}},
		{"edges", edgeRows(), WriterOptions{EmbedImages: true}},
		{"edges, a group each", edgeRows(), WriterOptions{EmbedImages: true, RowGroupRows: 1}},
		{"random", randomRows(2000, false), WriterOptions{}},
		{"random with images", randomRows(500, true), WriterOptions{EmbedImages: true}},
		{"groups by bytes", randomRows(300, true), WriterOptions{EmbedImages: true, RowGroupBytes: 10_000}},
		{"no images though there is a column", randomRows(10, false), WriterOptions{EmbedImages: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, _ := writeFile(t, test.rows, test.opts)
			got := readFile(t, data)
			if diff := cmp.Diff(test.rows, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("rows differ (-want +got):\n%s", diff)
			}
		})
	}
}

func BenchmarkWriter(b *testing.B) {
	rows := randomRows(10_000, false)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		data, _ := writeFile(b, rows, WriterOptions{})
		n = len(data)
	}
	b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(n)/float64(len(rows)), "bytes/row")
}

func BenchmarkReader(b *testing.B) {
	rows := randomRows(10_000, false)
	data, _ := writeFile(b, rows, WriterOptions{})
	b.ReportAllocs()
	for b.Loop() {
		readFile(b, data)
	}
	b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
}
