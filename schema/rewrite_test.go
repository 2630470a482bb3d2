package schema_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// confident keeps the boxes of rows whose score is above 0.5, in place.
func confident(rows []schema.Row) error {
	for i := range rows {
		for j := range rows[i].Phrases {
			p := &rows[i].Phrases[j]
			n := 0
			for _, b := range p.Boxes {
				if b.Score > 0.5 {
					p.Boxes[n] = b
					n++
				}
			}
			p.Boxes = p.Boxes[:n]
		}
	}
	return nil
}

// ungrounded drops the phrases without boxes.
func ungrounded(rows []schema.Row) error {
	for i := range rows {
		rows[i].Phrases = slices.DeleteFunc(rows[i].Phrases, func(p schema.Phrase) bool { return len(p.Boxes) == 0 })
	}
	return nil
}

// rewriteAll rewrites all row groups of a file.
func rewriteAll(t testing.TB, data []byte, opts schema.WriterOptions, edit schema.Edit) ([]byte, schema.FileStats) {
	t.Helper()
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, schema.TestMetadata, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range openBytes(t, data).Groups() {
		if err := w.Rewrite(g, edit); err != nil {
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

// TestRewrite holds Rewrite to its promise: the bytes are those of writing the
// changed rows one by one.
func TestRewrite(t *testing.T) {
	tests := []struct {
		name string
		rows []*schema.Row
		opts schema.WriterOptions
		edit schema.Edit
	}{
		{"boxes", rowtest.Rows(rowtest.Raw, 3000), schema.WriterOptions{RowGroupRows: 1300, PageRows: 500},
			schema.Edit{Changes: schema.BoxColumns, Rows: confident}},
		{"phrases", rowtest.Rows(rowtest.Raw, 3000), schema.WriterOptions{RowGroupRows: 1300},
			schema.Edit{Changes: schema.PhraseColumns, Rows: ungrounded}},
		{"images", schema.RandomRows(450, true), schema.WriterOptions{EmbedImages: true},
			schema.Edit{Changes: schema.BoxColumns, Rows: confident}},
		{"edges", schema.EdgeRows(), schema.WriterOptions{EmbedImages: true, RowGroupRows: 2},
			schema.Edit{Changes: schema.PhraseColumns, Rows: ungrounded}},
		{"nothing", schema.RandomRows(300, false), schema.WriterOptions{},
			schema.Edit{Changes: schema.BoxColumns, Rows: func([]schema.Row) error { return nil }}},
		{"no rows", nil, schema.WriterOptions{}, schema.Edit{Changes: schema.BoxColumns, Rows: confident}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, _ := schema.WriteBytes(t, test.rows, test.opts)
			got, gotStats := rewriteAll(t, data, test.opts, test.edit)
			for _, row := range test.rows {
				one := []schema.Row{*row}
				if err := test.edit.Rows(one); err != nil {
					t.Fatal(err)
				}
				*row = one[0]
			}
			want, wantStats := schema.WriteBytes(t, test.rows, test.opts)
			if diff := cmp.Diff(wantStats, gotStats); diff != "" {
				t.Errorf("stats differ (-written +rewritten):\n%s", diff)
			}
			if !bytes.Equal(want, got) {
				t.Error("the bytes differ from those of rows written one by one")
			}
		})
	}
}

// TestRewriteSeesColumns checks what Rows is shown.
func TestRewriteSeesColumns(t *testing.T) {
	rows := schema.RandomRows(700, false)
	data, _ := schema.WriteBytes(t, rows, schema.WriterOptions{})
	at := 0
	rewriteAll(t, data, schema.WriterOptions{}, schema.Edit{
		Changes: schema.BoxColumns,
		Reads:   schema.KeyColumn | schema.FlagsColumn,
		Rows: func(got []schema.Row) error {
			for _, row := range got {
				want := schema.Row{Key: rows[at].Key, Width: rows[at].Width, Height: rows[at].Height}
				for _, p := range rows[at].Phrases {
					want.Phrases = append(want.Phrases, schema.Phrase{Flags: p.Flags, BestScore: p.BestScore, Boxes: p.Boxes})
				}
				if diff := cmp.Diff(want, row); diff != "" {
					t.Fatalf("row %d (-want +got):\n%s", at, diff)
				}
				at++
			}
			return nil
		},
	})
	if at != len(rows) {
		t.Errorf("%d rows were shown of %d", at, len(rows))
	}
}

func TestRefusedRewrite(t *testing.T) {
	boom := errors.New("boom")
	each := func(f func(*schema.Row)) func([]schema.Row) error {
		return func(rows []schema.Row) error {
			for i := range rows {
				f(&rows[i])
			}
			return nil
		}
	}
	data, _ := schema.WriteBytes(t, rowtest.Rows(rowtest.Data, 100), schema.WriterOptions{})
	images, _ := schema.WriteBytes(t, schema.EdgeRows(), schema.WriterOptions{EmbedImages: true})
	tests := []struct {
		name string
		data []byte
		edit schema.Edit
		want string
	}{
		{"an error", data, schema.Edit{Changes: schema.BoxColumns, Rows: func([]schema.Row) error { return boom }}, "boom"},
		{"a phrase less", data, schema.Edit{Changes: schema.BoxColumns, Rows: each(func(r *schema.Row) {
			r.Phrases = r.Phrases[1:]
		})}, "invalid row 0 of the row group: phrases: are"},
		{"a box outside", data, schema.Edit{Changes: schema.BoxColumns, Rows: each(func(r *schema.Row) {
			for i := range r.Phrases {
				for j := range r.Phrases[i].Boxes {
					r.Phrases[i].Boxes[j].X2 = float32(r.Width) + 1
				}
			}
		})}, "is not inside the"},
		{"another text", data, schema.Edit{Changes: schema.PhraseColumns, Rows: each(func(r *schema.Row) {
			r.Phrases[0].Text = "no"
		})}, `phrases[0].text: is "no" but caption[`},
		{"other columns", data, schema.Edit{Changes: schema.MetaColumns, Rows: confident}, "an Edit changes BoxColumns or PhraseColumns"},
		{"images", images, schema.Edit{Changes: schema.BoxColumns, Rows: confident}, "image column: the row group has it: true, the file: false"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, err := schema.NewWriter(&bytes.Buffer{}, schema.TestMetadata, schema.WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			err = w.Rewrite(openBytes(t, test.data).Groups()[0], test.edit)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

// TestRewriteDamagedPage flips a bit in the first page of each column in turn.
func TestRewriteDamagedPage(t *testing.T) {
	data, _ := schema.WriteBytes(t, rowtest.Rows(rowtest.Data, 200), schema.WriterOptions{})
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range file.Metadata().RowGroups[0].Columns {
		meta := column.MetaData
		damaged := bytes.Clone(data)
		damaged[lastByte(meta)] ^= 0x10
		w, err := schema.NewWriter(&bytes.Buffer{}, schema.TestMetadata, schema.WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		err = w.Rewrite(openBytes(t, damaged).Groups()[0], schema.Edit{Changes: schema.BoxColumns, Rows: confident})
		if name := strings.Join(meta.PathInSchema, "."); err == nil || !strings.Contains(err.Error(), "row group 0") {
			t.Errorf("a flipped bit in %s gives %v", name, err)
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
