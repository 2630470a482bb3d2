// Package overlay draws grounded rows as one self-contained HTML page: the
// caption with its phrases in colour, the image with their boxes in the same
// colours.
//
//	err := overlay.Write(w, overlay.Page{Title: "demo", Cards: cards})
//
// The page needs no network and no script: pictures are embedded, and pointing
// at a phrase (or reaching it with the keyboard) lights up its boxes by CSS
// alone. Captions and keys are hostile text and are escaped by html/template;
// a bidirectional override in one cannot reach beyond its own element.
package overlay

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Page is what Write draws.
type Page struct {
	Title string
	Facts []Fact // shown at the top in this order
	Cards []Card
}

// Fact is one number of the summary, such as {"pairs", "64"}.
type Fact struct {
	Name, Value string
}

// Card is one row with its picture.
type Card struct {
	Row   *schema.Row
	Image []byte // the encoded file that was labelled; nil when it cannot be found
}

//go:embed page.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"colour": colour, "number": number}).Parse(pageText))

// colours is the number of phrase colours; page.tmpl defines as many.
const colours = 8

func colour(i int) int { return i % colours }

// number is what a phrase is called on the page, for those who cannot tell the
// colours apart.
func number(i int) int { return i + 1 }

// Write draws the page.
func Write(w io.Writer, p Page) error {
	type view struct {
		Page
		Colours []int
		Cards   []card
	}
	v := view{Page: p}
	for i := range colours {
		v.Colours = append(v.Colours, i)
	}
	for _, c := range p.Cards {
		drawn, err := newCard(c)
		if err != nil {
			return fmt.Errorf("draw row %q: %w", c.Row.Key, err)
		}
		v.Cards = append(v.Cards, drawn)
	}
	return pageTemplate.Execute(w, v)
}

// card is a Card as the template reads it.
type card struct {
	Row     *schema.Row
	Picture template.URL // data URL, "" when there is no picture
	Caption []fragment
	Boxes   []box
	Label   float32 // font size of box labels in image pixels
	Alone   int     // phrases without a box
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
	X, Y, W, H float32
	Title      string
}

func newCard(c Card) (card, error) {
	out := card{Row: c.Row, Picture: dataURL(c.Image), Label: float32(max(c.Row.Width, c.Row.Height)) / 24}
	if err := out.mark(); err != nil {
		return card{}, err
	}
	for i, p := range c.Row.Phrases {
		if len(p.Boxes) == 0 {
			out.Alone++
		}
		for _, b := range p.Boxes {
			out.Boxes = append(out.Boxes, box{i, b.X1, b.Y1, b.Width(), b.Height(), fmt.Sprintf("%s %.2f", p.Text, b.Score)})
		}
	}
	return out, nil
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

// dataURL embeds a picture; anything that is no raster image is left out, since
// a browser would run script inside an SVG.
func dataURL(image []byte) template.URL {
	mime := http.DetectContentType(image)
	if len(image) == 0 || !strings.HasPrefix(mime, "image/") || strings.Contains(mime, "svg") {
		return ""
	}
	return template.URL("data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(image))
}
