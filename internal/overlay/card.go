package overlay

import (
	"fmt"
	"html/template"
	"slices"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

// What is longer is cut, in code points.
const (
	longestCaption = 500
	longestKey     = 120
	longestLabel   = 200
)

// card is a Card as the template reads it.
type card struct {
	Row     *schema.Row
	Key     string
	Label   string       // what the picture shows, for those who cannot see it
	Picture template.URL // data URL, "" when there is no picture
	Caption []fragment
	Cut     int // code points of a caption that is not shown to its end, else 0
	Boxes   []box
	Size    float32 // font size of box labels in image pixels
	Alone   int     // phrases without a box
	Note    string
}

// fragment is a piece of the caption; Phrase is -1 between phrases.
type fragment struct {
	Text   string
	Phrase int
	Boxed  bool
	Score  string
}

type box struct {
	Phrase     int
	Focus      bool
	X, Y, W, H float32
	Label      float32 // where the phrase's number stands: beside those of equal boxes
	Score      string
}

func newCard(c Card) (card, error) {
	out := card{
		Row: c.Row, Key: Clip(c.Row.Key, longestKey), Label: Clip(c.Row.Caption, longestLabel), Note: c.Note,
		Picture: dataURL(c.Image), Size: float32(max(c.Row.Width, c.Row.Height)) / 20,
	}
	if err := out.mark(); err != nil {
		return card{}, err
	}
	out.cut()
	for i, p := range c.Row.Phrases {
		if len(p.Boxes) == 0 {
			out.Alone++
		}
		for j, b := range p.Boxes {
			strong := i+1 == c.Focus || slices.Contains(c.Strong, BoxNumber{i, j})
			drawn := box{Phrase: i, Focus: strong, X: b.X1, Y: b.Y1, W: b.Width(), H: b.Height(), Score: fmt.Sprintf("%.2f", b.Score)}
			drawn.Label = drawn.X + float32(out.equal(&drawn))*out.Size
			out.Boxes = append(out.Boxes, drawn)
		}
	}
	return out, nil
}

// equal returns how many boxes with the same edges are there already.
func (c *card) equal(b *box) (n int) {
	for i := range c.Boxes {
		if o := &c.Boxes[i]; o.X == b.X && o.Y == b.Y && o.W == b.W && o.H == b.H {
			n++
		}
	}
	return n
}

// mark cuts the caption at its phrases. A phrase that overlaps the one before it
// has boxes but no mark: a word cannot be underlined twice.
func (c *card) mark() error {
	rest, at := c.Row.Caption, int32(0)
	for i, p := range c.Row.Phrases {
		if p.Start < at {
			continue
		}
		before, ok := schema.Span{Start: 0, End: p.Start - at}.Slice(rest)
		text, ok2 := schema.Span{Start: p.Start - at, End: p.End - at}.Slice(rest)
		if !ok || !ok2 {
			return fmt.Errorf("phrase %d: span [%d,%d) leaves the caption", i, p.Start, p.End)
		}
		c.Caption = append(c.Caption,
			fragment{Text: before, Phrase: -1},
			fragment{Text: text, Phrase: i, Boxed: len(p.Boxes) > 0, Score: fmt.Sprintf("%.2f", p.BestScore)})
		rest, at = rest[len(before)+len(text):], p.End
	}
	c.Caption = append(c.Caption, fragment{Text: rest, Phrase: -1})
	return nil
}

// cut ends a very long caption early.
func (c *card) cut() {
	left := longestCaption
	for i := range c.Caption {
		f := &c.Caption[i]
		n := utf8.RuneCountInString(f.Text)
		if n > left {
			f.Text = Clip(f.Text, left)
			c.Caption, c.Cut = c.Caption[:i+1], utf8.RuneCountInString(c.Row.Caption)
			return
		}
		left -= n
	}
}
