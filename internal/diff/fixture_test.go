package diff

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// newRow returns a row whose caption is the joined texts of phrases, each given with
// its boxes.
func newRow(image, key string, phrases ...schema.Phrase) *schema.Row {
	row := &schema.Row{Key: key, Width: 100, Height: 100, ImageSHA256: digestOf([]byte(image)), Source: schema.Source{Shard: "a.tar"}}
	for _, p := range phrases {
		if row.Caption != "" {
			row.Caption += ", "
		}
		p.Start = int32(len([]rune(row.Caption)))
		row.Caption += p.Text
		p.End = int32(len([]rune(row.Caption)))
		row.Phrases = append(row.Phrases, p)
	}
	if len(phrases) == 0 {
		row.Caption = "nothing here"
	}
	return row
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// named returns a phrase with boxes, which are by falling score.
func named(text string, boxes ...schema.ScoredBox) schema.Phrase {
	p := schema.Phrase{Text: text, Boxes: boxes, BestScore: 0.25}
	if len(boxes) > 0 {
		p.BestScore = boxes[0].Score
	}
	return p
}

func at(x, y, width, height, score float32) schema.ScoredBox {
	return schema.ScoredBox{Box: schema.Box{X1: x, Y1: y, X2: x + width, Y2: y + height}, Score: score}
}

// encode returns a file of rows, with images if the first has one.
func encode(t testing.TB, rows []*schema.Row) []byte {
	t.Helper()
	var out bytes.Buffer
	opts := schema.WriterOptions{EmbedImages: len(rows) > 0 && rows[0].Image != nil, RowGroupRows: 300}
	w, err := schema.NewWriter(&out, schema.Metadata{}, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// newSet writes rows to files of a folder, cut at some places.
func newSet(t testing.TB, rows []*schema.Row, cuts ...int) *rowset.Set {
	t.Helper()
	dir := t.TempDir()
	from := 0
	for i, to := range append(cuts, len(rows)) {
		name := filepath.Join(dir, fmt.Sprintf("%05d.parquet", i))
		if err := os.WriteFile(name, encode(t, rows[from:to]), 0o644); err != nil {
			t.Fatal(err)
		}
		from = to
	}
	return openSet(t, dir)
}

func openSet(t testing.TB, place string) *rowset.Set {
	t.Helper()
	s, err := rowset.Open(context.Background(), place, schema.KindData)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run compares, and gives the datasets names that do not depend on the test.
func run(t testing.TB, a, b *rowset.Set, o Options) *Report {
	t.Helper()
	r, err := Run(context.Background(), a, b, o)
	if err != nil {
		t.Fatal(err)
	}
	r.A.Location, r.B.Location = "sets/a", "sets/b"
	return r
}

func pageOf(t testing.TB, r *Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WritePage(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jsonOf(t testing.TB, r *Report) string {
	t.Helper()
	out, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// changed returns another version of rows: of ten rows one is gone, one has another
// caption, and in most others boxes are lost, added, moved or rescored.
func changed(rows []*schema.Row, seed uint64) []*schema.Row {
	rng := rand.New(rand.NewPCG(seed, 7))
	var out []*schema.Row
	for _, row := range rows {
		row = copyOf(row)
		switch rng.IntN(10) {
		case 0:
			continue
		case 1:
			row.Caption += " again"
		case 2, 3: // stays
		default:
			for i := range row.Phrases {
				changePhrase(rng, row, &row.Phrases[i])
			}
		}
		if rng.IntN(20) == 0 && len(row.Phrases) > 1 {
			row.Phrases = row.Phrases[1:]
		}
		out = append(out, row)
	}
	return out
}

func changePhrase(rng *rand.Rand, row *schema.Row, p *schema.Phrase) {
	for i := range p.Boxes {
		b := &p.Boxes[i]
		switch rng.IntN(4) {
		case 0:
			b.Score = schema.QuantizeScore(b.Score * (0.5 + rng.Float32()/2))
		case 1:
			b.X2 = b.X1 + schema.QuantizePixel(max(b.Width()*(0.4+0.6*rng.Float32()), 1))
			b.X2 = min(b.X2, float32(row.Width))
		}
	}
	if rng.IntN(4) == 0 && len(p.Boxes) > 0 {
		p.Boxes = p.Boxes[1:]
	}
	if rng.IntN(4) == 0 {
		p.Boxes = append(p.Boxes, schema.ScoredBox{Box: schema.Box{X2: float32(row.Width), Y2: 2}, Score: 0.5})
	}
	slices.SortStableFunc(p.Boxes, func(a, b schema.ScoredBox) int { return steps(b.Score) - steps(a.Score) })
	if len(p.Boxes) > 0 {
		p.BestScore = max(p.BestScore, p.Boxes[0].Score)
	}
}

// copyOf copies a row as far as the tests change it.
func copyOf(row *schema.Row) *schema.Row {
	out := *row
	out.Phrases = slices.Clone(row.Phrases)
	for i := range out.Phrases {
		out.Phrases[i].Boxes = slices.Clone(out.Phrases[i].Boxes)
	}
	return &out
}

// benchRows returns n rows of the bench shape, some of one image with another
// caption, and some of one image and caption.
func benchRows(n int) []*schema.Row {
	rows := rowtest.Rows(rowtest.Data, n)
	for i, row := range rows {
		switch i % 50 {
		case 1:
			row.ImageSHA256 = rows[i-1].ImageSHA256
		case 2:
			key := row.Key
			*row = *copyOf(rows[i-1])
			row.Key = key
		}
	}
	return rows
}
