package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"

	"github.com/groundmill/groundmill/internal/overlay"
)

//go:embed page.css
var style string

//go:embed parts.tmpl
var parts string

// Frame is what the template "head" needs: the beginning of a page up to its body.
type Frame struct {
	Title  string
	Style  template.CSS
	Policy string
}

// NewFrame returns the frame of a page with the common style sheet, that of cards,
// and the page's own rules.
func NewFrame(title, rules string) Frame {
	all := style + rules + string(overlay.Style())
	return Frame{Title: title, Style: template.CSS(all), Policy: policy(all)}
}

// policy allows a page its own style and the pictures that are in it, nothing
// else.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; script-src 'none'; img-src data:; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// New parses the template of a page. It may call the templates "head" with a Frame
// and "histogram" with a Histogram, and the functions n (Thousands), share (Share),
// text (Text) and width, which is the length of a bar of at most 100, beside the
// page's own. It panics when the text is no template.
func New(name, text string, own template.FuncMap) *template.Template {
	t := template.New(name).Funcs(template.FuncMap{"n": Thousands, "share": Share, "text": Text, "width": barWidth}).Funcs(own)
	template.Must(t.New("parts").Parse(parts))
	return template.Must(t.Parse(text))
}

// barWidth is the length of a bar of at most 100.
func barWidth(n, of int64) float64 { return Round(100 * float64(n) / float64(max(of, 1))) }
