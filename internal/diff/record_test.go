package diff

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

// What is compared and shown of a row comes back as it was.
func TestRecordRoundTrip(t *testing.T) {
	rows := append(benchRows(500),
		newRow("i", "schlüssel", named("ein größer Hund", at(0.25, 1.015625, 3.5, 99-1.015625, 1)), named("کلب"), named("🐕 x", at(0, 0, 100, 100, 0.0001))),
		newRow("empty", "k"))
	overlapping := newRow("o", "k", named("größe hunde hier"))
	overlapping.Phrases = []schema.Phrase{
		{Text: "größe hunde", Span: schema.Span{Start: 0, End: 11}}, {Text: "hunde", Span: schema.Span{Start: 6, End: 11}}, {Text: "hunde hier", Span: schema.Span{Start: 6, End: 16}},
	}
	for i, row := range append(rows, overlapping) {
		if err := row.Validate(); err != nil {
			t.Fatal(err)
		}
		place := rowset.Place{File: i, Group: 2 * i, Row: int64(3 * i)}
		var r record
		if err := r.parse(string(appendRecord(nil, row, place))); err != nil {
			t.Fatal(err)
		}
		want := *row
		want.URL, want.Meta = "", nil
		want.Phrases = slices.Clone(want.Phrases)
		for j := range want.Phrases {
			want.Phrases[j].PhraseID, want.Phrases[j].Flags = 0, nil
		}
		if diff := cmp.Diff(&want, r.row(), cmpopts.EquateEmpty()); diff != "" || r.at() != place || r.held != heldBy(row) {
			t.Fatalf("row %d at %v (-want +got):\n%s", i, r.at(), diff)
		}
	}
}

// FuzzRecord reads damaged records: each is an error or a record.
func FuzzRecord(f *testing.F) {
	for _, row := range benchRows(3) {
		f.Add(string(appendRecord(nil, row, rowset.Place{})))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var r record
		if r.parse(text) == nil {
			r.row()
			r.at()
		}
	})
}
