package verify

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestRowDifference(t *testing.T) {
	tests := []struct {
		name   string
		change func(data, raw *schema.Row)
		want   string
	}{
		{"nothing", func(_, _ *schema.Row) {}, ""},
		{"no box kept", func(data, _ *schema.Row) { data.Phrases[0].Boxes = nil }, ""},
		{"all boxes kept", func(data, raw *schema.Row) { data.Phrases[0].Boxes = raw.Phrases[0].Boxes }, ""},
		{"a flagged phrase left out", func(data, _ *schema.Row) { data.Phrases = data.Phrases[:1] }, ""},
		{"a flagged phrase before", func(data, raw *schema.Row) {
			raw.Phrases[0].Flags, raw.Phrases[1].Flags = raw.Phrases[1].Flags, nil
			data.Phrases = []schema.Phrase{raw.Phrases[1]}
		}, ""},
		{"embedded image", func(data, _ *schema.Row) { data.Image = &schema.EncodedImage{} }, ""},
		{"key", func(data, _ *schema.Row) { data.Key = "x" }, "key"},
		{"shard", func(data, _ *schema.Row) { data.Source.Shard = "x" }, "key"},
		{"position", func(data, _ *schema.Row) { data.Source.Index++ }, "key"},
		{"url", func(data, _ *schema.Row) { data.URL = "x" }, "url"},
		{"caption", func(data, _ *schema.Row) { data.Caption = "x" }, "caption"},
		{"image", func(data, _ *schema.Row) { data.ImageSHA256 = "x" }, "image_sha256"},
		{"width", func(data, _ *schema.Row) { data.Width++ }, "width"},
		{"height", func(data, _ *schema.Row) { data.Height++ }, "width"},
		{"truncated", func(data, _ *schema.Row) { data.CaptionTruncated = true }, "caption_truncated"},
		{"meta", func(data, _ *schema.Row) { data.Meta = nil }, "meta"},
		{"another phrase", func(data, _ *schema.Row) { data.Phrases[0].End-- }, "phrases[0]"},
		{"a phrase too many", func(_, raw *schema.Row) { raw.Phrases = raw.Phrases[:1] }, "phrases[1]"},
		{"phrases exchanged", func(data, _ *schema.Row) {
			data.Phrases[0], data.Phrases[1] = data.Phrases[1], data.Phrases[0]
		}, "phrases[0]"},
		{"text", func(data, _ *schema.Row) { data.Phrases[0].Text = "x" }, "phrases[0]"},
		{"phrase_id", func(data, _ *schema.Row) { data.Phrases[1].PhraseID++ }, "phrases[1]"},
		{"best score", func(data, _ *schema.Row) { data.Phrases[0].BestScore = 1 }, "phrases[0]"},
		{"flags", func(data, _ *schema.Row) { data.Phrases[1].Flags = nil }, "phrases[1]"},
		{"a phrase without flags left out", func(data, _ *schema.Row) { data.Phrases = data.Phrases[1:] }, "phrases[0]"},
		{"the last phrase, without flags, left out", func(data, raw *schema.Row) {
			raw.Phrases[1].Flags = nil
			data.Phrases = data.Phrases[:1]
		}, "phrases"},
		{"a box of its own", func(data, _ *schema.Row) { data.Phrases[0].Boxes[0].X1++ }, "phrases[0].boxes"},
		{"a score of its own", func(data, _ *schema.Row) { data.Phrases[0].Boxes[0].Score = 0.5 }, "phrases[0].boxes"},
		{"boxes exchanged", func(data, raw *schema.Row) {
			boxes := raw.Phrases[0].Boxes
			data.Phrases[0].Boxes = []schema.ScoredBox{boxes[1], boxes[0]}
		}, "phrases[0].boxes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			unit := newUnits(1)[0]
			data, raw := unit.data[0], unit.raw[0]
			tt.change(data, raw)
			got, text := rowDifference(data, raw)
			if got != tt.want || (text == "") != (got == "") {
				t.Errorf("field %q (%s), want %q", got, text, tt.want)
			}
		})
	}
}

// tableOf is a table over rows that no schema.Writer takes, and an error.
func tableOf(u *unitCheck, rows []*schema.Row, err error) *table {
	next := func() ([]schema.Row, error, bool) {
		if len(rows) == 0 {
			return nil, err, err != nil
		}
		batch := []schema.Row{*rows[0]}
		rows = rows[1:]
		return batch, nil, true
	}
	return &table{check: u, name: "data/x.parquet", next: next, stop: func() {}}
}

func TestBadRows(t *testing.T) {
	rows := newUnits(1)[0].raw
	rows[1].Caption = "something else"
	rows[2].Phrases[0].Boxes[1].X2 = 101
	rows[3].Phrases[0].Boxes[0].Score = 0.8
	u := &unitCheck{folder: &folder{}, unit: 7}
	table := tableOf(u, rows, errors.New("corrupt page"))
	for table.advance() != nil {
	}
	bad := func(row int64, field string) Problem {
		return inRow(row, problem(KindBadRow, "data/x.parquet", 7, field))
	}
	report := &Report{Units: 9, Problems: u.problems}
	report.finish()
	wantProblems(t, report, bad(1, "phrases[0].text"), bad(1, "phrases[1].start"), bad(2, "phrases[0].boxes[1]"),
		bad(3, "phrases[0].boxes[0].score"), inRow(4, problem(KindNotParquet, "data/x.parquet", 7, "")))
	if table.whole() || table.stats.Rows != 4 {
		t.Errorf("whole %t after %d rows", table.whole(), table.stats.Rows)
	}
}

// The problems of a unit with very many are counted, not kept.
func TestManyProblems(t *testing.T) {
	rows := make([]*schema.Row, maxProblems+10)
	for i := range rows {
		rows[i] = newUnits(1)[0].raw[0]
		rows[i].Width = 10
	}
	f := &folder{documents: newDocuments(), report: &Report{}}
	u := &unitCheck{folder: f}
	table := tableOf(u, rows, nil)
	for table.advance() != nil {
	}
	u.end()
	found := int64(2 * len(rows)) // both boxes of each
	if len(f.report.Problems) != maxProblems || f.report.Omitted != found-maxProblems {
		t.Errorf("%d problems, %d omitted of %d", len(f.report.Problems), f.report.Omitted, found)
	}
}

func TestCaptionNumber(t *testing.T) {
	for key, want := range map[string]int{"": 0, "000000001": 0, "a#2": 2, "a#b#12": 12, "a#b": 0, "a#": 0, "#7": 7, "a#99999999999999999999": 0} {
		if got := captionNumber(key); got != want {
			t.Errorf("caption of %q is %d, want %d", key, got, want)
		}
	}
}

func TestLedgerOfSeveralInputs(t *testing.T) {
	var l ledger
	l.expect([]string{"a.tar", "b.tar"})
	add := func(shard string, index int64) (known, ordered bool) {
		return l.add(&l.rows, schema.Source{Shard: shard, Index: index}, "k")
	}
	var got [][2]bool
	for _, r := range []schema.Source{{Shard: "a.tar", Index: 5}, {Shard: "a.tar", Index: 6}, {Shard: "b.tar", Index: 0}, {Shard: "c.tar", Index: 9}, {Shard: "a.tar", Index: 8}} {
		known, ordered := add(r.Shard, r.Index)
		got = append(got, [2]bool{known, ordered})
	}
	if diff := cmp.Diff([][2]bool{{true, true}, {true, true}, {true, true}, {false, true}, {true, false}}, got); diff != "" {
		t.Errorf("known and ordered (-want +got):\n%s", diff)
	}
	var found []string
	l.check(true, "the unit", func(kind Kind, text string) { found = append(found, string(kind)+" "+text) })
	if want := []string{`lost_record what comes before caption 0 of sample 8 of "a.tar" is nowhere`}; !cmp.Equal(want, found) {
		t.Errorf("found %q", found)
	}
}

// A file that is too large to be held is read in passing.
func TestLargeFile(t *testing.T) {
	large := []byte(strings.Repeat("0123456789abcdef", wholeFile/16+1))
	f := newFolder(memory{"x": large}, "", Options{}, &meter{})
	c, err := f.open(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.size != int64(len(large)) || c.digest != hexDigest(large) {
		t.Errorf("%d bytes with digest %s", c.size, c.digest)
	}
	var part [4]byte
	if _, err := c.ReadAt(part[:], wholeFile+10); err != nil || string(part[:]) != "abcd" {
		t.Errorf("read %q, %v", part, err)
	}
}
