// Package overlay draws grounded rows in HTML: the caption with its phrases in
// colour, the image with their boxes in the same colours.
//
//	err := overlay.Write(w, overlay.Page{Title: "demo", Cards: cards}) // a page of its own
//	html, err := overlay.Draw(card)                                    // one card of another page, with Style()
//
// A page needs no network and no script: pictures are embedded, and pointing
// at a phrase (or reaching it with the keyboard) lights up its boxes by CSS
// alone; nothing is said by that alone. Captions and keys are hostile text: they
// are escaped by html/template, isolated from the direction of the text around
// them, shown with their control characters visible (see Visible), and cut, with
// their length said, where they are very long.
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
	Image []byte // the encoded file that was labelled, or a smaller copy; nil when it cannot be found
	Note  string // said below the caption
	// Focus is the number of the phrase, from 1, that the card is about; its
	// boxes are drawn stronger. 0 is none.
	Focus int
	// Strong are single boxes that are drawn stronger.
	Strong []BoxNumber
}

// BoxNumber says which box of a row is meant; both count from 0.
type BoxNumber struct{ Phrase, Box int }

//go:embed page.tmpl
var pageText string

//go:embed card.tmpl
var cardText string

//go:embed card.css
var cardStyle string

var (
	funcs        = template.FuncMap{"colour": colour, "number": number, "visible": Visible}
	cardTemplate = template.Must(template.New("card").Funcs(funcs).Parse(cardText))
	pageTemplate = template.Must(template.New("page").Funcs(funcs).Parse(pageText))
)

// colours is the number of phrase colours; card.css defines as many.
const colours = 8

func colour(i int) int { return i % colours }

// number is what a phrase is called on the page, for those who cannot tell the
// colours apart.
func number(i int) int { return i + 1 }

// Style is the style sheet that cards need. It uses the custom properties card,
// ink, quiet and line of the page.
func Style() template.CSS { return template.CSS(cardStyle + phraseStyle()) }

// phraseStyle gives each colour its rules.
func phraseStyle() string {
	var b strings.Builder
	for i := range colours {
		fmt.Fprintf(&b, `.pair .p%[1]d { border-color: var(--c%[1]d); stroke: var(--c%[1]d); outline-color: var(--c%[1]d); }
.pair text.p%[1]d { fill: var(--c%[1]d); stroke: var(--card); }
.pair:has(mark.p%[1]d:is(:hover, :focus)) svg g:not(.g%[1]d) { opacity: .15; }
.pair:has(mark.p%[1]d:is(:hover, :focus)) svg g.g%[1]d rect.p%[1]d { fill: color-mix(in srgb, var(--c%[1]d) 22%%, transparent); }
`, i)
	}
	return b.String()
}

// Draw returns the HTML of one card, an article. The row's spans must lie in its
// caption.
func Draw(c Card) (template.HTML, error) {
	drawn, err := newCard(c)
	if err != nil {
		return "", fmt.Errorf("draw row %q: %w", Clip(c.Row.Key, longestKey), err)
	}
	var b strings.Builder
	if err := cardTemplate.Execute(&b, drawn); err != nil {
		return "", fmt.Errorf("draw row %q: %w", Clip(c.Row.Key, longestKey), err)
	}
	return template.HTML(b.String()), nil
}

// Write draws the page.
func Write(w io.Writer, p Page) error {
	type view struct {
		Page
		Style template.CSS
		Cards []template.HTML
	}
	v := view{Page: p, Style: Style()}
	for _, c := range p.Cards {
		drawn, err := Draw(c)
		if err != nil {
			return err
		}
		v.Cards = append(v.Cards, drawn)
	}
	return pageTemplate.Execute(w, v)
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
