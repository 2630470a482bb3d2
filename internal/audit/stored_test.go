package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// fullPartial is a Partial with something of everything: rows that are not valid,
// hostile texts, rejects, and summaries that overflow.
func fullPartial() *Partial {
	p := NewPartial(7, 2)
	rows := append(smallRows(), rowtest.Rows(rowtest.Raw, 300)...)
	rows[50].Phrases[0].Boxes[0].Score = float32(math.NaN())
	rows[51].Key, rows[51].Source.Index = "not \xff UTF-8", -1
	rows[52].CaptionTruncated = true
	for i, row := range rows {
		p.add(row, place{File: "data/f.parquet", Group: i / 100, Row: int64(i % 100)})
	}
	for i, info := range schema.Reasons() {
		for n := range i {
			p.addReject(schema.Reject{Key: fmt.Sprint(n), Source: schema.Source{Shard: "s"}, Reason: info.Reason, Detail: `"<detail>"`})
		}
	}
	p.Images = true
	return p
}

func mustEncode(t testing.TB, p *Partial) []byte {
	t.Helper()
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What is stored comes back, to the rows that several samples share, and equal
// Partials are equal files.
func TestPartialSurvivesItsFile(t *testing.T) {
	many := NewPartial(0, 1)
	for i := range phraseCapacity + 1000 {
		many.Phrases.add(fmt.Sprint(i), mix(uint64(i)), i%3 == 0)
		many.Distinct.add(fmt.Sprint(i))
	}
	if many.Phrases.Level == 0 {
		t.Fatal("the test needs a level")
	}
	for name, want := range map[string]*Partial{"empty": NewPartial(1, 2), "full": fullPartial(), "many": many} {
		t.Run(name, func(t *testing.T) {
			data := mustEncode(t, want)
			got, err := DecodePartial(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, same); diff != "" {
				t.Errorf("the partial changed (-want +got):\n%.3000s", diff)
			}
			if !bytes.Equal(data, mustEncode(t, got)) || !bytes.Equal(data, mustEncode(t, want)) {
				t.Error("equal partials are not equal files")
			}
			if a, b := len(rowsOf(want)), len(rowsOf(got)); a != b {
				t.Errorf("samples share %d rows, they shared %d", b, a)
			}
		})
	}
}

// rowsOf returns the rows of all strata and patterns.
func rowsOf(p *Partial) map[*schema.Row]bool {
	rows := map[*schema.Row]bool{}
	for _, s := range p.Strata {
		for _, pick := range s.Picks {
			rows[pick.Row] = true
		}
	}
	for _, s := range p.Patterns {
		for _, pick := range s.Picks {
			rows[pick.Row] = true
		}
	}
	return rows
}

// pack compresses a document as Encode does.
func pack(t testing.TB, text []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(text, nil)
}

// A file that no Partial gives is refused, and the error names the field.
func TestDecodeRefuses(t *testing.T) {
	first := func(s *stored, flaw func(*storedRow)) { flaw(&s.Rows[0]) }
	tests := []struct {
		name   string
		damage func(s *stored)
		want   string
	}{
		{"another version", func(s *stored) { s.Version = 2 }, "it is of version 2, this tool reads version 1"},
		{"no samples", func(s *stored) { s.PerStratum = 0 }, "per_stratum: 0 is not between"},
		{"negative rows", func(s *stored) { s.Counts.Rows = -1 }, "counts.rows: -1 is negative"},
		{"records", func(s *stored) { s.Counts.Records++ }, "counts.records: "},
		{"removals", func(s *stored) { s.Counts.Removals = map[string]int64{"nms_iou": 1} }, "counts.removals: "},
		{"boxes", func(s *stored) { s.Counts.Boxes = 1 << 50 }, "counts.boxes: 1125899906842624 is no count"},
		{"captions", func(s *stored) { s.Cut = -2 }, "captions_cut: -2 is no count"},
		{"flag", func(s *stored) { s.Flags = map[string]int64{"name": -1} }, "flags.name: -1 is no count"},
		{"bins", func(s *stored) { s.Measures["box_area"] = []int64{1} }, "measures.box_area: has 1 numbers, it must have 320"},
		{"negative bin", func(s *stored) { s.Measures["phrase_words"][3] = -4 }, "measures.phrase_words[3]: -4 is no count"},
		{"unknown measure", func(s *stored) { s.Measures["weight"] = nil }, "measures: has 1 that this version does not know"},
		{"sum of bins", func(s *stored) { s.Measures["box_score"][7]++ }, "measures.box_score: add up to"},
		{"grid", func(s *stored) { s.Centres = s.Centres[:4] }, "box_centres: has 4 numbers, it must have 256"},
		{"borders", func(s *stored) { s.Borders[0]++ }, "borders_touched: add up to"},
		{"level", func(s *stored) { s.Phrases.Level = 99 }, "phrases.level: 99 is not between 0 and 40"},
		{"texts in disorder", func(s *stored) { s.Heads.Texts[0] = "~" }, "heads.texts: are not sorted"},
		{"long text", func(s *stored) { s.Heads.Texts[0] = strings.Repeat("a", 2000) }, "heads.texts[0]: has 2000 bytes"},
		{"too many texts", func(s *stored) { s.Phrases.Texts = make([]string, phraseCapacity+1) }, "phrases.texts: has 131073 texts, more than 131072"},
		{"depths", func(s *stored) { s.Phrases.Depths[1] = 0 }, "phrases.depths: 0 is no number of levels"},
		{"too few depths", func(s *stored) { s.Phrases.Depths = s.Phrases.Depths[1:] }, "phrases.depths: has "},
		{"too many mentions", func(s *stored) {
			s.Phrases.Mentions, s.Phrases.Grounded = append(s.Phrases.Mentions, 1), append(s.Phrases.Grounded, 0)
		},
			"phrases.mentions: has 1 numbers that are no text's"},
		{"more grounded than mentioned", func(s *stored) { s.Phrases.Grounded[0] = 1 << 30 }, "mentions have a box"},
		{"mentions", func(s *stored) { s.Phrases.Mentions[len(s.Phrases.Mentions)-1] += 5 }, "phrases.mentions: add up to"},
		{"distinct in disorder", func(s *stored) { s.Distinct.Texts[0] = s.Distinct.Texts[1] }, "distinct.texts: "},
		{"distinct never seen", func(s *stored) { s.Distinct.Counts[0] = 0 }, "was never seen"},
		{"stratum", func(s *stored) { s.Strata[0].Stratum = 100 }, "strata[0].stratum: 100 is out of order"},
		{"stratum of another", func(s *stored) { s.Strata[0].Stratum-- }, "strata[0]"},
		{"picks", func(s *stored) { s.Strata[0].Picks = make([]storedPick, 3) }, "strata[0].picks: has 3 picks, more than 2"},
		{"pick of no row", func(s *stored) { s.Strata[0].Picks[0].Row = 1 << 40 }, "strata[0].picks: picks row 1099511627776 of"},
		{"pick of no phrase", func(s *stored) { s.Strata[0].Picks[0].Phrase = -1 }, "strata[0].picks: phrase -1 of row"},
		{"pattern", func(s *stored) { delete(s.Patterns, "tiny") }, "patterns: are 4, of which this version knows 4 of 5"},
		{"row", func(s *stored) { first(s, func(r *storedRow) { r.Width = -1 }) }, "rows[0]: invalid row"},
		{"file of a row", func(s *stored) { first(s, func(r *storedRow) { r.File = "../../etc/passwd" }) }, "rows[0].file: "},
		{"place of a row", func(s *stored) { first(s, func(r *storedRow) { r.Group = -1 }) }, "of group -1 is no place"},
		{"invalid rows", func(s *stored) { s.Invalid.Found = 0 }, "invalid_rows.examples: are 2, of 0 rows"},
		{"order of invalid rows", func(s *stored) { s.Invalid.Examples[0].Hash = math.MaxUint64 }, "invalid_rows.examples: number 1 is out of order"},
		{"reason", func(s *stored) { s.Rejects[0].Reason = "boredom" }, `rejects[0]: invalid reject "1": reason: "boredom" is not a known reason`},
		{"rejects", func(s *stored) { s.Rejects = append(s.Rejects, s.Rejects[0]) }, "is one more bad_metadata than can be"},
	}
	data := mustEncode(t, fullPartial())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := unpack(data)
			if err != nil {
				t.Fatal(err)
			}
			var s stored
			if err := json.Unmarshal(text, &s); err != nil {
				t.Fatal(err)
			}
			tt.damage(&s)
			text, err = json.Marshal(&s)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := DecodePartial(pack(t, text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %.400v, want one with %q", err, tt.want)
			}
		})
	}
}

// A file that is not even JSON, or too much of it, is refused as well.
func TestDecodeRefusesOtherFiles(t *testing.T) {
	whole := mustEncode(t, NewPartial(0, 2))
	text, err := unpack(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"nothing": {}, "no Zstandard": []byte("{}"), "cut off": whole[:len(whole)-3],
		"no JSON": pack(t, []byte("[")), "an array": pack(t, []byte("[]")), "no version": pack(t, []byte("{}")),
		"unknown member": pack(t, bytes.Replace(text, []byte(`{`), []byte(`{"x":1,`), 1)),
		"more":           pack(t, append(bytes.Clone(text), "{}"...)),
		"a bomb":         pack(t, make([]byte, mostStored+1)),
	} {
		if _, err := DecodePartial(data); err == nil || !strings.Contains(err.Error(), "partial result: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// FuzzDecodePartial decodes what comes. What is accepted merges, reports and is
// stored as it was.
func FuzzDecodePartial(f *testing.F) {
	small := NewPartial(7, 1)
	for i, row := range rowtest.Rows(rowtest.Data, 3) {
		row.Source.Index = int64(i - 1) // the first is not valid
		small.add(row, place{File: "data/f.parquet", Row: int64(i)})
	}
	small.addReject(schema.Reject{Key: "k", Source: schema.Source{Shard: "s"}, Reason: schema.ReasonCorruptImage})
	for _, p := range []*Partial{NewPartial(0, 2), small} {
		text, err := json.Marshal(p.store())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	store := newStore(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := decodeText(text)
		if err != nil {
			return
		}
		first, err := json.Marshal(p.store())
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeText(first)
		if err != nil {
			t.Fatalf("what was decoded cannot be decoded again: %v", err)
		}
		if second, err := json.Marshal(again.store()); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("the partial changed, %v", err)
		}
		sum := NewPartial(p.Seed, p.PerStratum)
		sum.Merge(p)
		sum.Merge(p)
		pageOf(t, newReport(&Folder{store: store}, sum))
	})
}
