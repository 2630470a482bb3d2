package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
)

// words make captions; some lie outside ASCII and outside the BMP.
var words = strings.Fields("a the red blue old small dog cat man woman tree " +
	"house street table with on under near two three café naïve 北京 塔 🐕 👩‍🚀 🇨🇭 é")

// randomRow returns a valid row that depends on rng alone. The sizes follow
// web captions: about 12 words, 3 phrases and one box a phrase.
func randomRow(rng *rand.Rand, index int, image bool) *Row {
	row := &Row{
		Key:              fmt.Sprintf("%05d%04d", index/10000, index%10000),
		Width:            int32(64 + rng.IntN(1000)),
		Height:           int32(64 + rng.IntN(1000)),
		Source:           Source{Shard: fmt.Sprintf("shards/%05d.tar", index/1000), Index: int64(index % 1000)},
		CaptionTruncated: rng.IntN(20) == 0,
	}
	if rng.IntN(4) > 0 {
		row.URL = fmt.Sprintf("https://example.com/%x.jpg", rng.Uint64())
	}
	data := make([]byte, 200)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	sum := sha256.Sum256(data)
	row.ImageSHA256 = hex.EncodeToString(sum[:])
	if image {
		row.Image = &EncodedImage{Bytes: data, Path: row.Key + ".jpg"}
	}
	randomCaption(rng, row)
	if rng.IntN(3) == 0 {
		row.Meta = map[string]string{"licence": "cc-by", "similarity": fmt.Sprint(rng.Float32())}
	}
	return row
}

// randomCaption fills the caption and makes some of its words phrases.
func randomCaption(rng *rand.Rand, row *Row) {
	var caption []string
	position := int32(0)
	for range 4 + rng.IntN(16) {
		word := words[rng.IntN(len(words))]
		length := int32(len([]rune(word)))
		if rng.IntN(4) == 0 {
			row.Phrases = append(row.Phrases, randomPhrase(rng, row, word, Span{position, position + length}))
		}
		caption = append(caption, word)
		position += length + 1
	}
	row.Caption = strings.Join(caption, " ")
}

func randomPhrase(rng *rand.Rand, row *Row, text string, span Span) Phrase {
	p := Phrase{Text: text, Span: span, PhraseID: int32(rng.IntN(3)), BestScore: QuantizeScore(rng.Float32())}
	if rng.IntN(6) == 0 {
		p.Flags = []string{FlagAbstract, FlagName}[:1+rng.IntN(2)]
	}
	if rng.IntN(4) == 0 {
		return p
	}
	score := p.BestScore
	for range 1 + rng.IntN(2) {
		p.Boxes = append(p.Boxes, ScoredBox{Box: randomBox(rng, row), Score: score})
		score = QuantizeScore(score * rng.Float32())
	}
	return p
}

func randomBox(rng *rand.Rand, row *Row) Box {
	x := int(row.Width) * 64
	y := int(row.Height) * 64
	x1, y1 := rng.IntN(x-1), rng.IntN(y-1)
	return Box{
		X1: float32(x1) / 64, X2: float32(x1+1+rng.IntN(x-x1)) / 64,
		Y1: float32(y1) / 64, Y2: float32(y1+1+rng.IntN(y-y1)) / 64,
	}
}

// randomRows returns n rows of a fixed seed; every third has an image when
// images is set.
func randomRows(n int, images bool) []*Row {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]*Row, n)
	for i := range rows {
		rows[i] = randomRow(rng, i, images && i%3 == 0)
	}
	return rows
}

// edgeRows returns valid rows at the borders of what the layout holds.
func edgeRows() []*Row {
	blank := sha256.Sum256(nil)
	sum := hex.EncodeToString(blank[:])
	source := Source{Shard: "a dir/ü#%=.tar"}
	full := ScoredBox{Box{0, 0, 1, 1}, 0}
	many := make([]ScoredBox, 300)
	for i := range many {
		many[i] = ScoredBox{Box{0, 0, 4000, 1.0 / 64}, 1}
	}
	return []*Row{
		{Key: "0", Caption: "x", Width: 1, Height: 1, ImageSHA256: sum, Source: source},
		{Key: "empty image", URL: "u", Caption: "x", Width: 1, Height: 1, ImageSHA256: sum, Source: source,
			Image: &EncodedImage{Bytes: []byte{}}},
		{Key: "zeroes", Caption: "dog", Width: 1, Height: 1, ImageSHA256: sum, Source: source,
			Phrases: []Phrase{{Text: "dog", Span: Span{0, 3}, Boxes: []ScoredBox{full}}}},
		{Key: "no boxes", Caption: "👩‍🚀 and 🐕 in 北京", Width: 5, Height: 5, ImageSHA256: sum, Source: source,
			CaptionTruncated: true,
			Phrases: []Phrase{
				{Text: "👩‍🚀", Span: Span{0, 3}, BestScore: 0.0001},
				{Text: "👩‍🚀 and 🐕", Span: Span{0, 9}, Flags: []string{FlagBeyondPrompt}},
				{Text: "🐕", Span: Span{8, 9}, PhraseID: 2, BestScore: 1},
				{Text: "北京", Span: Span{13, 15}, PhraseID: 2, Flags: []string{FlagName, FlagAbstract}},
			}},
		{Key: "many boxes", Caption: "crowd of \"people\"\n\t\x00", Width: 4000, Height: 1, ImageSHA256: sum, Source: source,
			Phrases: []Phrase{
				{Text: "crowd", Span: Span{0, 5}, BestScore: 1, Boxes: many},
				{Text: "people", Span: Span{10, 16}, PhraseID: 1, BestScore: 1},
			},
			Meta: map[string]string{"": "", "b": "2", "a": "", "emoji": "🐕"}},
	}
}

// variedRows returns n valid rows of 20 phrases each, no two alike, so that the
// dictionary of texts grows by 50 bytes a phrase.
func variedRows(n int) []*Row {
	rows := randomRows(n, false)
	for i, row := range rows {
		row.Phrases = nil
		var caption strings.Builder
		for j := range 20 {
			text := fmt.Sprintf("thing %040d%04d", i, j)
			start := int32(caption.Len())
			row.Phrases = append(row.Phrases, Phrase{Text: text, Span: Span{start, start + int32(len(text))}})
			caption.WriteString(text + " ")
		}
		row.Caption = caption.String()
	}
	return rows
}
