package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// memory is a Store of bytes that a test may spoil as it likes.
type memory map[string][]byte

func (m memory) String() string { return "out" }

func (m memory) List(_ context.Context, prefix string) (list []storage.Info, err error) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(name, prefix) {
			list = append(list, storage.Info{Name: name, Size: int64(len(m[name]))})
		}
	}
	return list, nil
}

func (m memory) Open(_ context.Context, name string) (storage.Reader, error) {
	data, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
	}
	return reader{bytes.NewReader(data)}, nil
}

// reader adds Close to a bytes.Reader.
type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }

// with is a copy of the store in which a file has other bytes.
func (m memory) with(name string, data []byte) memory {
	c := maps.Clone(m)
	c[name] = data
	return c
}

// without is a copy of the store without a file.
func (m memory) without(names ...string) memory {
	c := maps.Clone(m)
	for _, name := range names {
		delete(c, name)
	}
	return c
}

// unitRows is what a unit of a test's run holds.
type unitRows struct {
	data, raw []*schema.Row
	rejects   []schema.Reject
	summary   func(*schema.UnitSummary) // spoils the summary before it is signed
}

// newUnits makes units of three samples with a row each, two captions and a
// reject.
func newUnits(n int) []unitRows {
	units := make([]unitRows, n)
	for u := range units {
		shard := shardName(u)
		for i := range 3 {
			units[u].addRow(shard, int64(i), fmt.Sprintf("%02d%07d", u, i))
		}
		units[u].addRow(shard, 3, fmt.Sprintf("%02d%07d#0", u, 3))
		units[u].rejects = []schema.Reject{
			{Key: fmt.Sprintf("%02d%07d#1", u, 3), Source: schema.Source{Shard: shard, Index: 3}, Reason: schema.ReasonNoPhrases},
			{Key: fmt.Sprintf("%02d%07d", u, 4), Source: schema.Source{Shard: shard, Index: 4}, Reason: schema.ReasonCorruptImage, Detail: "it ends early"},
		}
	}
	return units
}

func shardName(unit int) string { return fmt.Sprintf("%05d.tar", unit) }

// addRow adds a row whose second box the filter of the test removes.
func (u *unitRows) addRow(shard string, index int64, key string) {
	newRow := func(boxes int) *schema.Row {
		return &schema.Row{
			Key: key, Caption: "a red fox, something", Width: 100, Height: 80, ImageSHA256: hexDigest([]byte(key)),
			Source: schema.Source{Shard: shard, Index: index}, Meta: map[string]string{"id": key},
			Phrases: []schema.Phrase{
				{Text: "a red fox", Span: schema.Span{Start: 0, End: 9}, BestScore: 0.75, Boxes: []schema.ScoredBox{
					{Box: schema.Box{X1: 1, Y1: 2, X2: 30, Y2: 40}, Score: 0.75}, {Box: schema.Box{X1: 5, Y1: 6, X2: 70, Y2: 80}, Score: 0.25},
				}[:boxes]},
				{Text: "something", Span: schema.Span{Start: 11, End: 20}, PhraseID: 1, BestScore: 0.125, Flags: []string{schema.FlagAbstract}},
			},
		}
	}
	u.data, u.raw = append(u.data, newRow(1)), append(u.raw, newRow(2))
}

var testIdentity = schema.Identity{
	Job: "annotate", ToolVersion: "0.1.0", ConfigSHA256: strings.Repeat("c", 64), Config: "filter:\n  min_score: 0.5\n",
	Model:        schema.Model{Name: "tiny", SHA256: strings.Repeat("d", 64), Runtime: "onnxruntime 1.29.0", Provider: "cpu", Device: "cpu"},
	ImageDecoder: "image/jpeg go1.26", WordListSHA256: strings.Repeat("e", 64), InputFingerprint: strings.Repeat("f", 64),
}

// writeRun writes a finished run of the units, every file and every count as a
// run would write it.
func writeRun(t testing.TB, store memory, prefix string, identity schema.Identity, units []unitRows) {
	t.Helper()
	manifest := schema.Manifest{SchemaVersion: schema.Version, Identity: identity}
	for i, u := range units {
		summary := u.write(t, store, prefix, identity.Metadata(), i, len(units))
		putJSON(t, store, prefix+schema.FileName(schema.KindUnits, "train", i, len(units)), summary)
		manifest.Merge(summary)
	}
	putJSON(t, store, prefix+schema.RunName, schema.RunRecord{
		SchemaVersion: schema.Version, Split: "train", Units: len(units), Identity: identity,
	})
	putJSON(t, store, prefix+schema.ManifestName, manifest)
	putJSON(t, store, prefix+schema.SuccessName, manifest.Success())
}

func putJSON(t testing.TB, store memory, name string, v any) {
	t.Helper()
	data, err := schema.EncodeJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	store[name] = data
}

// write writes the files of a unit and returns its summary.
func (u unitRows) write(t testing.TB, store memory, prefix string, meta schema.Metadata, unit, of int) schema.UnitSummary {
	t.Helper()
	data, raw, rejects := schema.FileName(schema.KindData, "train", unit, of), schema.FileName(schema.KindRaw, "train", unit, of), schema.FileName(schema.KindRejects, "train", unit, of)
	dataStats := writeRows(t, store, prefix+data, meta, u.data)
	rawStats := writeRows(t, store, prefix+raw, meta, u.raw)
	rejectStats := writeRejects(t, store, prefix+rejects, u.rejects)
	summary := schema.UnitSummary{Unit: unit, Name: shardName(unit), Inputs: []string{shardName(unit)}, InputBytes: 10_240}
	summary.AddFile(dataStats)
	summary.Records = dataStats.Rows + rejectStats.Rejects
	summary.Rejects = rejectStats.Reasons
	summary.Removals = map[string]int64{"min_score": rawStats.Boxes - dataStats.Boxes, "nms_iou": 0}
	summary.Files = []schema.File{dataStats.File(data), rawStats.File(raw), rejectStats.File(rejects)}
	if u.summary != nil {
		u.summary(&summary)
	}
	return summary
}

func writeRows(t testing.TB, store memory, name string, meta schema.Metadata, rows []*schema.Row) schema.FileStats {
	t.Helper()
	var out bytes.Buffer
	w, err := schema.NewWriter(&out, meta, schema.WriterOptions{})
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
	store[name] = out.Bytes()
	return stats
}

func writeRejects(t testing.TB, store memory, name string, rejects []schema.Reject) schema.RejectStats {
	t.Helper()
	var out bytes.Buffer
	w := schema.NewRejectWriter(&out)
	for _, r := range rejects {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	store[name] = out.Bytes()
	return stats
}

// newRun is a finished run of three units.
func newRun(t testing.TB) memory {
	t.Helper()
	store := memory{}
	writeRun(t, store, "", testIdentity, newUnits(3))
	return store
}

func mustCheck(t testing.TB, store Store, opts Options) *Report {
	t.Helper()
	report, err := Run(t.Context(), store, opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// file is the name of a file of a run of three units.
func file(kind schema.Kind, unit int) string { return schema.FileName(kind, "train", unit, 3) }

// problem is a Problem as tests write it down, without its text.
func problem(kind Kind, path string, unit int, field string) Problem {
	p := Problem{Kind: kind, Path: path, Field: field}
	if unit >= 0 {
		p.Unit = &unit
	}
	return p
}

// inRow adds a row to a problem.
func inRow(row int64, p Problem) Problem {
	p.Row = &row
	return p
}

// wantProblems compares the problems, texts left out.
func wantProblems(t *testing.T, report *Report, want ...Problem) {
	t.Helper()
	if diff := cmp.Diff(want, report.Problems, cmpopts.IgnoreFields(Problem{}, "Text"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
