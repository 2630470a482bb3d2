// Package rowtest makes the rows that Groundmill's speed and size are measured
// on: the bench shape.
//
// A row of the bench shape is a typical row of a web-scale run. Its caption is
// of about 60 characters and compresses like captions of CC3M and Flickr30k do
// (Zstandard makes a third of them). It has 3 or 4 phrases, one of ten without
// boxes and the others with one or two in the data file (4.7 a row) and one to five
// in the raw file (9.5 a row), a URL of about 55 characters, no image bytes, and in
// one row of two a meta column.
//
//	rows := rowtest.Rows(rowtest.Data, 10_000)
//
// The rows depend on the shape and their position alone, and are valid.
package rowtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Shape says how many boxes the phrases of a row have: evenly spread between
// Least and Most.
type Shape struct {
	Least, Most int
	floor       float64 // lowest score
}

// The shapes of the two kinds of data files.
var (
	Data = Shape{Least: 1, Most: 2, floor: 0.5} // what the filter keeps
	Raw  = Shape{Least: 1, Most: 5, floor: 0.1} // everything above the teacher's floor
)

// negatives is how many phrases of a hundred have no box.
const negatives = 10

// rowsPerShard is how many rows come from one input file.
const rowsPerShard = 10_000

// Rows returns the first n rows.
func Rows(shape Shape, n int) []*schema.Row { return From(shape, 0, n) }

// From returns n rows from a position on.
func From(shape Shape, first, n int) []*schema.Row {
	rows := make([]*schema.Row, n)
	for i := range rows {
		rows[i] = shape.row(first + i)
	}
	return rows
}

func (s Shape) row(i int) *schema.Row {
	rng := rand.New(rand.NewPCG(20_261_123, uint64(i)))
	sum := sha256.Sum256(fmt.Append(nil, "image ", i))
	row := &schema.Row{
		Key:         fmt.Sprintf("%09d", i),
		URL:         address(rng),
		Width:       side(rng),
		Height:      side(rng),
		ImageSHA256: hex.EncodeToString(sum[:]),
		Source:      schema.Source{Shard: fmt.Sprintf("shards/%05d.tar", i/rowsPerShard), Index: int64(i % rowsPerShard)},
	}
	if rng.IntN(2) == 0 {
		row.Meta = map[string]string{"similarity": fmt.Sprintf("%.4f", 0.2+0.2*rng.Float64())}
	}
	caption := newSentence(rng)
	row.Caption = caption.text
	for id, np := range caption.phrases {
		row.Phrases = append(row.Phrases, s.phrase(rng, row, np, id))
	}
	return row
}

// side returns a pixel size: half of the images of the web have one of few sizes.
func side(rng *rand.Rand) int32 {
	if rng.IntN(2) == 0 {
		return []int32{256, 300, 400, 450, 480, 500, 512, 600, 640, 800}[rng.IntN(10)]
	}
	return int32(200 + rng.IntN(1000))
}

func address(rng *rand.Rand) string {
	host := fmt.Sprintf("%s%s%d", pick(rng, adjectives), pick(rng, nouns), rng.IntN(3))
	return fmt.Sprintf("https://img.%s.com/%s/20%02d/%s-%x.jpg", host, pick(rng, nouns), 5+rng.IntN(18), pick(rng, nouns), rng.Uint32())
}

func (s Shape) phrase(rng *rand.Rand, row *schema.Row, np nounPhrase, id int) schema.Phrase {
	p := schema.Phrase{Text: np.text, Span: np.span, PhraseID: int32(id), BestScore: s.score(rng)}
	if np.name {
		p.Flags = []string{schema.FlagName}
	}
	if rng.IntN(100) < negatives {
		p.BestScore = schema.QuantizeScore(p.BestScore * float32(s.floor))
		return p
	}
	for range s.Least + rng.IntN(s.Most-s.Least+1) {
		p.Boxes = append(p.Boxes, schema.ScoredBox{Box: box(rng, row), Score: s.score(rng)})
	}
	slices.SortFunc(p.Boxes, func(a, b schema.ScoredBox) int {
		if a.Score > b.Score {
			return -1
		}
		return 1
	})
	p.BestScore = p.Boxes[0].Score
	return p
}

// score returns a score above the floor, low ones more often.
func (s Shape) score(rng *rand.Rand) float32 {
	return schema.QuantizeScore(float32(s.floor + (0.95-s.floor)*math.Pow(rng.Float64(), 1.5)))
}

// box returns a box of which a tenth of the edges are those of the image.
func box(rng *rand.Rand, row *schema.Row) schema.Box {
	x1, x2 := extent(rng, row.Width)
	y1, y2 := extent(rng, row.Height)
	return schema.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}
}

func extent(rng *rand.Rand, side int32) (from, to float32) {
	size := float64(side)
	length := size * (0.05 + 0.9*rng.Float64())
	at := (size - length) * rng.Float64()
	from, to = schema.QuantizePixel(float32(at)), schema.QuantizePixel(float32(at+length))
	if rng.IntN(10) == 0 {
		from = 0
	}
	if rng.IntN(10) == 0 {
		to = float32(side)
	}
	return from, to
}
