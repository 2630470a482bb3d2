package schema_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// choice chooses from rows.
type choice func(*schema.Selection) error

// eachPhrase makes a choice of what f does with each phrase.
func eachPhrase(f func(rows *schema.Selection, phrase int)) choice {
	return func(rows *schema.Selection) error {
		for row := range rows.Rows() {
			for phrase, end := rows.Phrases(row); phrase < end; phrase++ {
				f(rows, phrase)
			}
		}
		return nil
	}
}

// confident keeps the boxes whose score is above 0.5.
var confident = eachPhrase(func(rows *schema.Selection, phrase int) {
	for box, end := rows.Boxes(phrase); box < end; box++ {
		rows.KeepBox(box, rows.Score(box) > 0.5)
	}
})

// grounded keeps the phrases with boxes.
var grounded = eachPhrase(func(rows *schema.Selection, phrase int) {
	from, to := rows.Boxes(phrase)
	rows.KeepPhrase(phrase, from < to)
})

// unnamed drops the phrases with a flag and half of all boxes, those of dropped
// phrases too.
var unnamed = eachPhrase(func(rows *schema.Selection, phrase int) {
	flag, end := rows.Flags(phrase)
	rows.KeepPhrase(phrase, flag == end)
	for box, end := rows.Boxes(phrase); box < end; box++ {
		rows.KeepBox(box, box%2 == 0)
	}
})

// atRandom keeps what a source of random numbers says.
func atRandom(seed uint64) choice {
	return func(rows *schema.Selection) error {
		rng := rand.New(rand.NewPCG(seed, 11))
		return eachPhrase(func(rows *schema.Selection, phrase int) {
			rows.KeepPhrase(phrase, rng.IntN(4) > 0)
			for box, end := rows.Boxes(phrase); box < end; box++ {
				rows.KeepBox(box, rng.IntN(3) > 0)
			}
		})(rows)
	}
}

func everything(*schema.Selection) error { return nil }

// narrowed returns rows with what is left of them after a choice from n at a time.
func narrowed(t *testing.T, rows []*schema.Row, n int, choose choice) []*schema.Row {
	t.Helper()
	var out []*schema.Row
	for len(rows) > 0 {
		part := rows[:min(n, len(rows))]
		rows = rows[len(part):]
		s := schema.Select(part...)
		if err := choose(s); err != nil {
			t.Fatal(err)
		}
		for i, row := range part {
			left := *row
			left.Phrases = kept(s, i, row.Phrases)
			out = append(out, &left)
		}
	}
	return out
}

// kept returns what a selection keeps of the phrases of a row.
func kept(s *schema.Selection, row int, phrases []schema.Phrase) (out []schema.Phrase) {
	first, _ := s.Phrases(row)
	for i, p := range phrases {
		var boxes []schema.ScoredBox
		from, _ := s.Boxes(first + i)
		for j, b := range p.Boxes {
			if s.KeepsBox(from + j) {
				boxes = append(boxes, b)
			}
		}
		if p.Boxes = boxes; s.KeepsPhrase(first + i) {
			out = append(out, p)
		}
	}
	return out
}

// narrowAll narrows all row groups of a file.
func narrowAll(t testing.TB, file *schema.Reader, opts schema.WriterOptions, reads schema.Columns, choose choice) ([]byte, schema.FileStats) {
	t.Helper()
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, schema.TestMetadata, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups() {
		if err := w.Narrow(g, reads, choose); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), stats
}

func openBytes(t testing.TB, data []byte) *schema.Reader {
	t.Helper()
	r, err := schema.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readBytes(t testing.TB, data []byte) *schema.Reader {
	t.Helper()
	r, err := schema.ReadBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNarrow holds Narrow to its promise: the bytes are those of writing what is
// left one by one, which also proves that it is valid.
func TestNarrow(t *testing.T) {
	const flags, none = schema.FlagsColumn, schema.Columns(0)
	tests := []struct {
		name   string
		rows   []*schema.Row
		opts   schema.WriterOptions // with RowGroupRows, for narrowed
		reads  schema.Columns
		choose choice
	}{
		{"boxes", rowtest.Rows(rowtest.Raw, 3000), schema.WriterOptions{RowGroupRows: 1300, PageRows: 500}, none, confident},
		{"phrases", rowtest.Rows(rowtest.Raw, 3000), schema.WriterOptions{RowGroupRows: 1300, PageRows: 500}, none, grounded},
		{"phrases by their flags", schema.RandomRows(900, false), schema.WriterOptions{RowGroupRows: 400}, flags, unnamed},
		{"images", schema.RandomRows(450, true), schema.WriterOptions{EmbedImages: true, RowGroupRows: 100}, none, confident},
		{"edges", schema.EdgeRows(), schema.WriterOptions{EmbedImages: true, RowGroupRows: 2}, none, grounded},
		{"at random", schema.RandomRows(700, false), schema.WriterOptions{RowGroupRows: 150, PageRows: 40}, none, atRandom(1)},
		{"at random, with sizes", schema.RandomRows(700, false), schema.WriterOptions{RowGroupRows: 150, PageRows: 40}, schema.SizeColumns | flags, atRandom(2)},
		{"nothing dropped", schema.RandomRows(300, false), schema.WriterOptions{RowGroupRows: 300}, none, everything},
		{"no rows", nil, schema.WriterOptions{RowGroupRows: 300}, none, confident},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, _ := schema.WriteBytes(t, test.rows, test.opts)
			want, wantStats := schema.WriteBytes(t, narrowed(t, test.rows, test.opts.RowGroupRows, test.choose), test.opts)
			for _, file := range []*schema.Reader{openBytes(t, data), readBytes(t, data)} {
				got, gotStats := narrowAll(t, file, test.opts, test.reads, test.choose)
				if diff := cmp.Diff(wantStats, gotStats); diff != "" {
					t.Errorf("stats differ (-written +narrowed):\n%s", diff)
				}
				if !bytes.Equal(want, got) {
					t.Error("the bytes differ from those of rows written one by one")
				}
			}
		})
	}
}

// TestNarrowShows checks what a Selection shows of a row group against the rows.
func TestNarrowShows(t *testing.T) {
	rows := schema.RandomRows(700, false)
	data, _ := schema.WriteBytes(t, rows, schema.WriterOptions{PageRows: 90})
	seen := 0
	narrowAll(t, openBytes(t, data), schema.WriterOptions{}, schema.SizeColumns|schema.FlagsColumn, func(s *schema.Selection) error {
		for i := range s.Rows() {
			if diff := cmp.Diff(shown(schema.Select(rows[seen]), 0), shown(s, i)); diff != "" {
				t.Fatalf("row %d (-want +got):\n%s", seen, diff)
			}
			seen++
		}
		return nil
	})
	if seen != len(rows) {
		t.Errorf("%d rows were shown of %d", seen, len(rows))
	}
}

// shown returns a row with all that a Selection shows of it.
func shown(s *schema.Selection, row int) (out schema.Row) {
	out.Width, out.Height = s.Size(row)
	for phrase, end := s.Phrases(row); phrase < end; phrase++ {
		var p schema.Phrase
		for flag, end := s.Flags(phrase); flag < end; flag++ {
			p.Flags = append(p.Flags, s.Flag(flag))
		}
		for box, end := s.Boxes(phrase); box < end; box++ {
			p.Boxes = append(p.Boxes, schema.ScoredBox{Box: s.Box(box), Score: s.Score(box)})
		}
		out.Phrases = append(out.Phrases, p)
	}
	return out
}

// TestSelect checks that a Selection of rows shows these.
func TestSelect(t *testing.T) {
	rows := schema.RandomRows(50, false)
	s := schema.Select(rows...)
	for i, row := range rows {
		want := schema.Row{Width: row.Width, Height: row.Height}
		for _, p := range row.Phrases {
			want.Phrases = append(want.Phrases, schema.Phrase{Flags: p.Flags, Boxes: p.Boxes})
		}
		if diff := cmp.Diff(want, shown(s, i)); diff != "" {
			t.Errorf("row %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestRefusedNarrow(t *testing.T) {
	boom := errors.New("boom")
	data, _ := schema.WriteBytes(t, rowtest.Rows(rowtest.Data, 100), schema.WriterOptions{})
	images, _ := schema.WriteBytes(t, schema.EdgeRows(), schema.WriterOptions{EmbedImages: true})
	tests := []struct {
		name   string
		data   []byte
		reads  schema.Columns
		choose choice
		want   string
	}{
		{"an error", data, 0, func(*schema.Selection) error { return boom }, "boom"},
		{"other columns", data, schema.SizeColumns | schema.CaptionColumn, everything, "Narrow shows SizeColumns and FlagsColumn, no other columns"},
		{"images", images, 0, everything, "image column: the row group has it: true, the file: false"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, err := schema.NewWriter(&bytes.Buffer{}, schema.TestMetadata, schema.WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			err = w.Narrow(openBytes(t, test.data).Groups()[0], test.reads, test.choose)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

// TestNarrowDamagedPage flips a bit in the last page of each column in turn, of
// files that are read and files in memory, whether phrases are dropped or not.
func TestNarrowDamagedPage(t *testing.T) {
	data, _ := schema.WriteBytes(t, rowtest.Rows(rowtest.Data, 200), schema.WriterOptions{})
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	firstPhrase := func(rows *schema.Selection) error {
		rows.KeepPhrase(0, false)
		return confident(rows)
	}
	for _, column := range file.Metadata().RowGroups[0].Columns {
		meta := column.MetaData
		damaged := bytes.Clone(data)
		damaged[lastByte(meta)] ^= 0x10
		for _, r := range []*schema.Reader{openBytes(t, damaged), readBytes(t, damaged)} {
			for _, choose := range []choice{confident, firstPhrase} {
				w, err := schema.NewWriter(&bytes.Buffer{}, schema.TestMetadata, schema.WriterOptions{})
				if err != nil {
					t.Fatal(err)
				}
				err = w.Narrow(r.Groups()[0], schema.SizeColumns, choose)
				if name := strings.Join(meta.PathInSchema, "."); err == nil || !strings.Contains(err.Error(), "row group 0") {
					t.Errorf("a flipped bit in %s gives %v", name, err)
				}
			}
		}
	}
}

// lastByte returns the place of the last byte of a column chunk.
func lastByte(meta format.ColumnMetaData) int64 {
	start := meta.DataPageOffset
	if meta.DictionaryPageOffset > 0 {
		start = meta.DictionaryPageOffset
	}
	return start + meta.TotalCompressedSize - 1
}
