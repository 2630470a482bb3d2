package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// The pieces of any folder, counted and stored apart, give the page of the whole.
func TestPiecesAreTheWhole(t *testing.T) {
	rows := rowtest.Rows(rowtest.Data, 120)
	lone := writeRun(t, unit{rows: rows[:60], rejects: []schema.Reject{{Key: "a", Source: schema.Source{Shard: "s"}, Reason: schema.ReasonNoPhrases}}}, unit{rows: rows[60:]})
	if err := lone.Remove(t.Context(), schema.FileName(schema.KindData, "train", 0, 2)); err != nil {
		t.Fatal(err)
	}
	empty := newStore(t)
	data, _ := encodeRows(t, nil)
	write(t, empty, "none.parquet", data)
	plain := newStore(t)
	for name, part := range map[string][]*schema.Row{"b.parquet": rows[:10], "a.parquet": rows[10:]} {
		data, _ := encodeRows(t, part)
		write(t, plain, name, data)
	}
	for _, tt := range []struct {
		name   string
		folder *Folder
		want   []Piece
	}{
		{"a run", open(t, smallRun(t)), []Piece{
			{Data: "data/train-00000-of-00002.parquet", Rejects: "rejects/train-00000-of-00002.jsonl"},
			{Data: "data/train-00001-of-00002.parquet", Rejects: "rejects/train-00001-of-00002.jsonl"}}},
		{"rejects alone", open(t, lone), []Piece{
			{Rejects: "rejects/train-00000-of-00002.jsonl"},
			{Data: "data/train-00001-of-00002.parquet", Rejects: "rejects/train-00001-of-00002.jsonl"}}},
		{"no rows", open(t, empty), []Piece{{Data: "none.parquet"}}},
		{"plain files", open(t, plain), []Piece{{Data: "a.parquet"}, {Data: "b.parquet"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pieces := tt.folder.Pieces()
			for i := range pieces {
				pieces[i].Bytes = 0
			}
			if diff := cmp.Diff(tt.want, pieces); diff != "" {
				t.Errorf("pieces (-want +got):\n%s", diff)
			}
			sum := NewPartial(3, 1)
			for _, piece := range pieces {
				sum.Merge(countStored(t, tt.folder, piece))
			}
			report, err := tt.folder.Report(t.Context(), sum)
			if err != nil {
				t.Fatal(err)
			}
			whole := run(t, tt.folder.store, Options{Seed: 3, PerStratum: 1, Workers: 1})
			for _, r := range []*Report{report, whole} {
				if err := r.FindPictures(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
			}
			if pageOf(t, report) != pageOf(t, whole) || string(jsonOf(t, report)) != string(jsonOf(t, whole)) {
				t.Error("the report of the pieces is not that of the whole")
			}
		})
	}
}

func open(t *testing.T, store storage.Store) *Folder {
	t.Helper()
	f, err := Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// countStored counts a piece and returns what its file gives back.
func countStored(t *testing.T, f *Folder, piece Piece) *Partial {
	t.Helper()
	p, err := f.CountPiece(t.Context(), piece, Options{Seed: 3, PerStratum: 1})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = DecodePartial(mustEncode(t, p)); err != nil {
		t.Fatal(err)
	}
	return p
}

// The fingerprint tells other names and sizes.
func TestFingerprint(t *testing.T) {
	store := smallRun(t)
	before := open(t, store)
	if again := open(t, store); again.Fingerprint() != before.Fingerprint() || again.ManifestSHA256() != before.ManifestSHA256() || before.ManifestSHA256() == "" {
		t.Error("the same folder has two fingerprints")
	}
	write(t, store, schema.FileName(schema.KindRejects, "val", 0, 1), nil)
	if after := open(t, store); after.Fingerprint() == before.Fingerprint() {
		t.Error("another file changes no fingerprint")
	}
}
