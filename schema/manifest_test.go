package schema

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testUnit returns a summary that adds up.
func testUnit(unit int) UnitSummary {
	digest := strings.Repeat("ab", 32)
	key := func(s string) string { return strings.Repeat(s, unit+1) }
	return UnitSummary{
		Unit: unit, Name: "shard-" + key("x"), Inputs: []string{"in/" + key("x") + ".tar"},
		Counts: Counts{
			Records: 10, Rows: 7, Phrases: 20, GroundedPhrases: 5, Boxes: 6,
			Rejects:  map[Reason]int64{ReasonNoPhrases: 2, ReasonCorruptImage: 1},
			Removals: map[string]int64{"min_score": int64(unit), "nms_iou": 3},
		},
		Files: []File{
			{Path: FileName(KindData, "train", unit, 3), Bytes: 100, SHA256: digest, Rows: 7, Boxes: 6, KeyMin: key("a"), KeyMax: key("z")},
			{Path: FileName(KindRaw, "train", unit, 3), Bytes: 200, SHA256: digest, Rows: 7, Boxes: 60, KeyMin: key("a"), KeyMax: key("z")},
			{Path: FileName(KindRejects, "train", unit, 3), Bytes: 30, SHA256: digest, Rows: 3},
		},
		Notes: []string{"input truncated at byte 1024"},
	}
}

func TestUnitSummaryValidate(t *testing.T) {
	tests := []struct {
		name string
		edit func(*UnitSummary)
		want []string
	}{
		{"valid", func(*UnitSummary) {}, nil},
		{"empty", func(u *UnitSummary) { *u = UnitSummary{} }, nil},
		{"a record lost", func(u *UnitSummary) { u.Records++ }, []string{"records: 11 records, but 7 rows + 3 rejects = 10"}},
		{"a row lost in a file", func(u *UnitSummary) { u.Files[0].Rows-- }, []string{"files: data files hold 6 rows, but 7 are counted"}},
		{"a box lost in a file", func(u *UnitSummary) { u.Files[0].Boxes++ }, []string{"files: data files hold 7 boxes, but 6 are counted"}},
		{"a raw row too many", func(u *UnitSummary) { u.Files[1].Rows++ }, []string{"files: raw files hold 8 rows, but 7 are counted"}},
		{"a reject lost", func(u *UnitSummary) { u.Files[2].Rows = 0 }, []string{"files: rejects files hold 0 rejects, but 3 are counted"}},
		{"unknown reason", func(u *UnitSummary) { u.Rejects["luck"] = 0 }, []string{"rejects.luck: is not a known reason"}},
		{"more grounded phrases than phrases", func(u *UnitSummary) { u.Phrases = 4 }, []string{"grounded_phrases: 5 of 4 phrases with 6 boxes"}},
		{"negative", func(u *UnitSummary) { u.Unit = -1; u.Removals["min_score"] = -1 }, []string{
			"unit: -1 is negative", "removals.min_score: -1 is negative",
		}},
		{"file twice", func(u *UnitSummary) {
			u.Files = append(u.Files, File{Path: u.Files[0].Path, SHA256: u.Files[0].SHA256})
		}, []string{`files[3].path: "data/train-00000-of-00003.parquet" is listed twice`}},
		{"paths", func(u *UnitSummary) {
			digest := u.Files[0].SHA256
			u.Files = []File{{Path: "../x", SHA256: digest}, {Path: "/x", SHA256: digest}, {Path: "a//x", SHA256: digest}, {Path: "x"}}
		}, []string{
			`files[0].path: "../x" is not a clean path inside the output folder`,
			`files[1].path: "/x" is not a clean path inside the output folder`,
			`files[2].path: "a//x" is not a clean path inside the output folder`,
			`files[3].sha256: "" is not 64 lower-case hex digits`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			unit := testUnit(0)
			test.edit(&unit)
			if diff := cmp.Diff(test.want, problemTexts(unit.Validate())); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

// testManifest returns the manifest of a run with the given units.
func testManifest(units ...UnitSummary) *Manifest {
	m := &Manifest{
		SchemaVersion: Version,
		Identity: Identity{
			Job: "annotate", ToolVersion: "v0.1.0", ConfigSHA256: "c0", Config: "filter:\n  min_score: 0.5\n",
			Model:        Model{Name: "tiny", SHA256: "30", Runtime: "onnxruntime 1.29.0", Provider: "cpu", Device: "cpu"},
			ImageDecoder: "image/jpeg go1.26.8", WordListSHA256: "70", InputFingerprint: "1f",
		},
	}
	m.Merge(units...)
	return m
}

func TestManifestJSON(t *testing.T) {
	m := testManifest(testUnit(0), testUnit(1))
	data, err := EncodeJSON(m)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "manifest.json", data)
	got, err := ParseManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("manifest differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(testMetadata, got.Metadata()); diff != "" {
		t.Errorf("metadata differs (-want +got):\n%s", diff)
	}
}

func TestUnitSummaryJSON(t *testing.T) {
	want := testUnit(2)
	data, err := EncodeJSON(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseUnitSummary(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("summary differs (-want +got):\n%s", diff)
	}
}

func TestMergeInAnyOrder(t *testing.T) {
	units := make([]UnitSummary, 20)
	for i := range units {
		units[i] = testUnit(i)
	}
	want, err := EncodeJSON(testManifest(units...))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 10 {
		rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		m := testManifest(units[:7]...)
		m.Merge(units[7:]...)
		if got, err := EncodeJSON(m); err != nil || string(got) != string(want) {
			t.Fatalf("the order of the summaries shows (%v)", err)
		}
	}
}

func TestManifestValidate(t *testing.T) {
	tests := []struct {
		name string
		edit func(*Manifest)
		want []string
	}{
		{"valid", func(*Manifest) {}, nil},
		{"no units", func(m *Manifest) { *m = *testManifest() }, nil},
		{"version", func(m *Manifest) { m.SchemaVersion = 2 }, []string{"schema_version: is 2, this version writes 1"}},
		{"unit missing", func(m *Manifest) { m.Units = m.Units[1:] }, []string{
			"units[0].unit: is 1: a unit is missing, doubled or out of order",
			`totals: are {"records":20,"rows":14,"phrases":40,"grounded_phrases":10,"boxes":12,"rejects":{"corrupt_image":2,"no_phrases":4},"removals":{"min_score":1,"nms_iou":6}}, ` +
				`but the units add up to {"records":10,"rows":7,"phrases":20,"grounded_phrases":5,"boxes":6,"rejects":{"corrupt_image":1,"no_phrases":2},"removals":{"min_score":1,"nms_iou":3}}`,
		}},
		{"file missing", func(m *Manifest) { m.Files = m.Files[1:] }, []string{
			"files: data files hold 7 rows, but 14 are counted", "files: data files hold 6 boxes, but 12 are counted",
		}},
		{"two units that make up for each other", func(m *Manifest) { m.Units[0].Rows++; m.Units[1].Rows-- }, []string{
			"units[0].records: 10 records, but 8 rows + 3 rejects = 11",
			"units[1].records: 10 records, but 6 rows + 3 rejects = 9",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := testManifest(testUnit(0), testUnit(1))
			test.edit(m)
			if diff := cmp.Diff(test.want, problemTexts(m.Validate())); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeKeepsSummaries(t *testing.T) {
	unit := testUnit(0)
	testManifest(unit, testUnit(1))
	if diff := cmp.Diff(testUnit(0), unit); diff != "" {
		t.Errorf("Merge changed a summary (-before +after):\n%s", diff)
	}
}

func FuzzParseManifest(f *testing.F) {
	for _, m := range []*Manifest{testManifest(), testManifest(testUnit(0))} {
		data, err := EncodeJSON(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"units":[{"rejects":null,"files":[{}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		again, err := EncodeJSON(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseManifest(again); err != nil {
			t.Errorf("a manifest that was read can't be read again: %v", err)
		}
	})
}

func TestFileName(t *testing.T) {
	tests := []struct {
		kind     Kind
		split    string
		unit, of int
		want     string
	}{
		{KindData, "train", 0, 64, "data/train-00000-of-00064.parquet"},
		{KindRaw, "train", 63, 64, "raw/train-00063-of-00064.parquet"},
		{KindRejects, "validation", 1, 2, "rejects/validation-00001-of-00002.jsonl"},
		{KindUnits, "train", 123_456, 200_000, "units/train-123456-of-200000.json"},
	}
	for _, test := range tests {
		if got := FileName(test.kind, test.split, test.unit, test.of); got != test.want {
			t.Errorf("FileName = %q, want %q", got, test.want)
		}
	}
}
