package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/groundmill/groundmill/internal/page/pagetest"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// smallRows are some rows with all that a page shows: hostile texts, embedded
// pictures, shared, tiny, glued and whole-image boxes.
func smallRows() []*schema.Row {
	rows := rowtest.Rows(rowtest.Data, 40)
	for i, caption := range pagetest.Hostile {
		row := rows[i]
		row.Key, row.Caption = caption[:min(len(caption), 300)], caption
		edges := schema.Box{X2: float32(row.Width), Y2: float32(row.Height)}
		score := schema.QuantizeScore(0.95 - float32(i)*0.1)
		row.Phrases = []schema.Phrase{{
			Text: caption, Span: schema.Span{End: int32(utf8.RuneCountInString(caption))}, BestScore: score,
			Boxes: []schema.ScoredBox{{Box: edges, Score: score}},
		}}
	}
	odd := rows[len(pagetest.Hostile)]
	box := schema.Box{X1: 0, Y1: 0, X2: 4, Y2: float32(odd.Height)}
	for i := range odd.Phrases {
		odd.Phrases[i].BestScore = 0.75
		odd.Phrases[i].Boxes = []schema.ScoredBox{{Box: box, Score: 0.75}}
	}
	for i, row := range rows {
		embed(row, byte(i))
	}
	return rows
}

// embed gives a row a picture of its own.
func embed(row *schema.Row, shade byte) {
	m := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for i := range m.Pix {
		m.Pix[i] = byte(i/97)*3 + shade
	}
	m.Set(0, 0, color.White)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	sum := sha256.Sum256(out.Bytes())
	row.Image = &schema.EncodedImage{Bytes: out.Bytes()}
	row.ImageSHA256 = hex.EncodeToString(sum[:])
}

// unit is what a test's run holds for one unit.
type unit struct {
	rows    []*schema.Row
	rejects []schema.Reject
	notes   []string
	damaged bool
}

// stores numbers the stores in memory.
var stores atomic.Int64

func newStore(t testing.TB) storage.Store {
	t.Helper()
	store, err := storage.Open(fmt.Sprintf("mem://audit-%d", stores.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func write(t testing.TB, store storage.Store, name string, data []byte) {
	t.Helper()
	if err := storage.WriteFile(context.Background(), store, name, data); err != nil {
		t.Fatal(err)
	}
}

// encodeRows returns a data file.
func encodeRows(t testing.TB, rows []*schema.Row, meta ...schema.Metadata) ([]byte, schema.FileStats) {
	t.Helper()
	var out bytes.Buffer
	opts := schema.WriterOptions{EmbedImages: len(rows) > 0 && rows[0].Image != nil}
	w, err := schema.NewWriter(&out, append(meta, schema.Metadata{})[0], opts)
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

// writeRun writes a finished run.
func writeRun(t testing.TB, units ...unit) storage.Store {
	t.Helper()
	store := newStore(t)
	digest := strings.Repeat("0", 64)
	m := &schema.Manifest{SchemaVersion: schema.Version, Identity: schema.Identity{
		Job: "annotate", ToolVersion: "test", ConfigSHA256: digest, Config: "a: b\n", ImageDecoder: "none", WordListSHA256: digest,
		InputFingerprint: digest, Model: schema.Model{Name: "glip<t>", SHA256: digest, Runtime: "none", Provider: "cpu", Device: "cpu"},
	}}
	for i, u := range units {
		summary := writeUnit(t, store, i, len(units), u, m.Metadata())
		writeJSON(t, store, schema.FileName(schema.KindUnits, "train", i, len(units)), &summary)
		m.Merge(summary)
	}
	writeJSON(t, store, schema.RunName, &schema.RunRecord{SchemaVersion: schema.Version, Split: "train", Units: len(units), Identity: m.Identity})
	writeJSON(t, store, schema.ManifestName, m)
	writeJSON(t, store, schema.SuccessName, m.Success())
	return store
}

func writeJSON(t testing.TB, store storage.Store, name string, v any) {
	t.Helper()
	data, err := schema.EncodeJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	write(t, store, name, data)
}

func writeUnit(t testing.TB, store storage.Store, i, of int, u unit, meta schema.Metadata) schema.UnitSummary {
	t.Helper()
	summary := schema.UnitSummary{Unit: i, Name: fmt.Sprintf("%05d.tar", i), Notes: u.notes, Damaged: u.damaged}
	data, stats := encodeRows(t, u.rows, meta)
	name := schema.FileName(schema.KindData, "train", i, of)
	write(t, store, name, data)
	summary.AddFile(stats)
	summary.Files = append(summary.Files, stats.File(name))
	summary.Removals = map[string]int64{"min_score": 7, "nms_iou": 2}
	var rejects bytes.Buffer
	w := schema.NewRejectWriter(&rejects)
	for _, r := range u.rejects {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	rejected, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	name = schema.FileName(schema.KindRejects, "train", i, of)
	write(t, store, name, rejects.Bytes())
	summary.Files = append(summary.Files, rejected.File(name))
	summary.Rejects = rejected.Reasons
	summary.Records = summary.Rows + rejected.Rejects
	return summary
}

// smallRun is the run that the goldens are of.
func smallRun(t testing.TB) storage.Store {
	rows := smallRows()
	return writeRun(t,
		unit{rows: rows[:25], rejects: []schema.Reject{
			{Key: "<b>", Source: schema.Source{Shard: "a.tar", Index: 3}, Reason: schema.ReasonCorruptImage, Detail: "</td><script>1</script>"},
			{Key: "plain", Source: schema.Source{Shard: "a.tar", Index: 4}, Reason: schema.ReasonEmptyCaption},
		}},
		unit{rows: rows[25:], notes: []string{"input truncated at byte <1024>"}, damaged: true})
}
