package diff

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

// comparedColumns are those that a record is made of, and those that say whether a
// row is valid.
const comparedColumns = schema.AllColumns &^ (schema.ImageColumns | schema.URLColumn | schema.MetaColumns | schema.FlagsColumn | schema.TruncatedColumn)

// errRecord is of a temporary file that is not as it was written.
var errRecord = errors.New("a record in the temporary files is damaged")

// A record is what is kept of a row while it waits for its like, as bytes:
//
//	digest 32 bytes · caption · key · shard · index · width · height
//	number of phrases, of grounded ones, of boxes
//	of each phrase: start, length in code points, start, length in bytes,
//	  best score, number of boxes
//	  of each box: x1, y1, width, height, score
//	place: file, group, row
//
// Texts have their length before them; all numbers are unsigned varints, scores in
// 1e-4 and edges in 1/64 pixel, in which the schema stores them: nothing is lost.

// appendRecord appends the record of a valid row.
func appendRecord(to []byte, row *schema.Row, at rowset.Place) []byte {
	to, _ = hex.AppendDecode(to, []byte(row.ImageSHA256))
	for _, text := range []string{row.Caption, row.Key, row.Source.Shard} {
		to = appendText(to, text)
	}
	to = appendNumbers(to, uint64(row.Source.Index), uint64(row.Width), uint64(row.Height))
	held := heldBy(row)
	to = appendNumbers(to, uint64(held.Phrases), uint64(held.Grounded), uint64(held.Boxes))
	from := cursor{text: row.Caption}
	for i := range row.Phrases {
		to = appendPhrase(to, &row.Phrases[i], &from)
	}
	return appendNumbers(to, uint64(at.File), uint64(at.Group), uint64(at.Row))
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

func appendNumbers(to []byte, numbers ...uint64) []byte {
	for _, n := range numbers {
		to = binary.AppendUvarint(to, n)
	}
	return to
}

func appendPhrase(to []byte, p *schema.Phrase, from *cursor) []byte {
	to = appendNumbers(to, uint64(p.Start), uint64(p.End-p.Start), uint64(from.byteOf(p.Start)), uint64(len(p.Text)), uint64(steps(p.BestScore)), uint64(len(p.Boxes)))
	for _, b := range p.Boxes {
		x, y := edge(b.X1), edge(b.Y1)
		to = appendNumbers(to, x, y, edge(b.X2)-x, edge(b.Y2)-y, uint64(steps(b.Score)))
	}
	return to
}

// steps is a stored score in 1e-4.
func steps(score float32) int { return int(math.Round(float64(score) * 1e4)) }

// score is the stored score of so many 1e-4.
func score(n int) float32 { return float32(n) / 1e4 }

// edge is a stored coordinate in 1/64 pixel.
func edge(v float32) uint64 { return uint64(v * 64) }

// pixels is the stored coordinate of so many 1/64 pixel.
func pixels(edge uint64) float32 { return float32(edge) / 64 }

// cursor converts rising code point positions of a text to byte positions.
type cursor struct {
	text       string
	rune, byte int
}

func (c *cursor) byteOf(position int32) int {
	for c.rune < int(position) && c.byte < len(c.text) {
		_, size := utf8.DecodeRuneInString(c.text[c.byte:])
		c.rune, c.byte = c.rune+1, c.byte+size
	}
	return c.byte
}

// record is a record that is read. Its strings are parts of the record's memory.
type record struct {
	whole       string
	digest      string // 32 bytes
	caption     string
	key, shard  string
	index       uint64
	held        Held
	body        string // width up to the place
	place       string
	phrasesFrom int // in the body
}

// parse reads a record up to its phrases.
func (r *record) parse(text string) error {
	r.whole = text
	in := reader{rest: text}
	r.digest = in.take(32)
	r.caption, r.key, r.shard = in.text(), in.text(), in.text()
	r.index = in.number()
	body := in.rest
	in.number()
	in.number()
	r.held = Held{1, int64(in.number()), int64(in.number()), int64(in.number())}
	r.phrasesFrom = len(body) - len(in.rest)
	for n := r.held.Phrases; n > 0 && !in.short; n-- {
		in.skip(5)
		in.skip(5 * int(min(in.number(), uint64(len(in.rest)))))
	}
	r.body, r.place = body[:len(body)-len(in.rest)], in.rest
	in.skip(3)
	if in.short || in.rest != "" {
		return errRecord
	}
	return nil
}

// compare orders records by what they are joined by, then in the order in which
// those of one image and caption are paired. Records that are equal differ at most
// in where they were read.
func (r *record) compare(o *record) int {
	return cmp.Or(r.compareJoin(o), strings.Compare(r.key, o.key), strings.Compare(r.shard, o.shard),
		cmp.Compare(r.index, o.index), strings.Compare(r.body, o.body), strings.Compare(r.place, o.place))
}

// compareJoin orders records by what they are joined by.
func (r *record) compareJoin(o *record) int {
	return cmp.Or(strings.Compare(r.digest, o.digest), strings.Compare(r.caption, o.caption))
}

// size returns the width and height of the image.
func (r *record) size() (width, height int32) {
	in := reader{rest: r.body}
	return int32(in.number()), int32(in.number())
}

// at returns where the row stands.
func (r *record) at() rowset.Place {
	in := reader{rest: r.place}
	return rowset.Place{File: int(in.number()), Group: int(in.number()), Row: int64(in.number())}
}

// phrases appends the phrases to those of some memory that is used again.
func (r *record) phrases(to *phraseList) {
	to.phrases, to.boxes = to.phrases[:0], to.boxes[:0]
	in := reader{rest: r.body[r.phrasesFrom:]}
	for range r.held.Phrases {
		start, length, from, bytes := in.number(), in.number(), in.number(), in.number()
		p := phrase{Span: schema.Span{Start: int32(start), End: int32(start + length)}, best: int(in.number())}
		if from+bytes <= uint64(len(r.caption)) {
			p.text = r.caption[from : from+bytes]
		}
		first := len(to.boxes)
		for range in.number() {
			to.boxes = append(to.boxes, in.box())
		}
		p.from, p.to = first, len(to.boxes)
		to.phrases = append(to.phrases, p)
	}
}

// row returns what is shown of the row, in memory of its own.
func (r *record) row() *schema.Row {
	var list phraseList
	r.phrases(&list)
	row := &schema.Row{
		Key: strings.Clone(r.key), Caption: strings.Clone(r.caption), ImageSHA256: hex.EncodeToString([]byte(r.digest)),
		Source: schema.Source{Shard: strings.Clone(r.shard), Index: int64(r.index)},
	}
	row.Width, row.Height = r.size()
	for _, p := range list.phrases {
		row.Phrases = append(row.Phrases, schema.Phrase{Text: strings.Clone(p.text), Span: p.Span, BestScore: score(p.best), Boxes: list.of(p)})
	}
	return row
}

// phraseList is the phrases of a row.
type phraseList struct {
	phrases []phrase
	boxes   []schema.ScoredBox // of all phrases
}

// phrase is a phrase of a record; its boxes are a range of the list's.
type phrase struct {
	schema.Span
	text     string
	best     int // score in 1e-4
	from, to int
}

func (p phrase) grounded() bool { return p.to > p.from }

// of returns the boxes of a phrase.
func (l *phraseList) of(p phrase) []schema.ScoredBox { return l.boxes[p.from:p.to:p.to] }

// reader reads the parts of a record. After its end there is nothing but zeros.
type reader struct {
	rest  string
	short bool // the record ended too early
}

func (r *reader) take(n int) string {
	if n < 0 || n > len(r.rest) {
		r.rest, r.short = "", true
		return ""
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part
}

func (r *reader) text() string { return r.take(int(min(r.number(), math.MaxInt32))) }

func (r *reader) number() (n uint64) {
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		c := r.rest[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.rest, r.short = "", true
	return 0
}

func (r *reader) skip(numbers int) {
	for i := 0; i < numbers && !r.short; i++ {
		r.number()
	}
}

func (r *reader) box() schema.ScoredBox {
	x, y := r.number(), r.number()
	w, h := r.number(), r.number()
	return schema.ScoredBox{
		Box:   schema.Box{X1: pixels(x), Y1: pixels(y), X2: pixels(x + w), Y2: pixels(y + h)},
		Score: score(int(r.number())),
	}
}
