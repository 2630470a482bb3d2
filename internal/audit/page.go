package audit

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/schema"
)

//go:embed page.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"n": thousands, "share": share, "text": shown, "width": barWidth, "percent": func(part float64) float64 { return 100 * part },
	"plain": func(markdown string) string { return strings.ReplaceAll(markdown, "`", "") },
}).Parse(pageText))

// shown makes a text of the data safe to look at.
func shown(text string) string { return overlay.Visible(overlay.Shorten(text, longestText)) }

// barWidth is the length of a bar of at most 100.
func barWidth(n, of int64) float64 { return round(100 * float64(n) / float64(max(of, 1))) }

// page is what the template reads.
type page struct {
	*Report
	Name     string
	Style    template.CSS
	Policy   string
	Charts   []chart
	Heat     heat
	Removed  int64 // boxes
	Found    int64 // boxes, those that were removed too
	Problems int64
	Limits   limits
	Unusual  []patternView
	Bands    []bandView
	Pictures pictureView
}

// limits are the capacities that the page tells.
type limits struct{ Phrases, Heads, Distinct int64 }

// pictureView says what there is of pictures.
type pictureView struct {
	Rows, Found int
	Searched    bool
}

// patternView is a pattern with its cards.
type patternView struct {
	PatternReport
	Cards []template.HTML
}

// bandView is the strata of one band of scores.
type bandView struct {
	Name   string
	Strata []stratumView
}

type stratumView struct {
	StratumReport
	Cards []template.HTML
}

// WritePage writes the page: one file, without scripts, that loads nothing. It is
// under 20 MB.
func (r *Report) WritePage(w io.Writer) error {
	style := pageStyle + string(overlay.Style())
	p := page{
		Report: r, Name: r.title, Style: template.CSS(style), Policy: policy(style), Heat: newHeat(r.Centres),
		Pictures: pictureView{Rows: len(r.shown()), Found: len(r.pictures), Searched: r.searched},
		Problems: int64(len(r.Accounting.Problems)) + r.Accounting.Omitted,
		Limits:   limits{phraseCapacity, headCapacity, distinctCapacity},
	}
	for _, d := range r.Distributions {
		p.Charts = append(p.Charts, newChart(d))
	}
	for _, rule := range r.Rules {
		p.Removed += rule.N
	}
	p.Found = p.Removed + r.Counts.Boxes
	if err := p.draw(); err != nil {
		return err
	}
	if err := pageTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// policy allows the page its own style and the pictures that are in it, nothing
// else.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; script-src 'none'; img-src data:; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// draw makes the cards of all samples.
func (p *page) draw() error {
	a := artist{pictures: p.pictures, left: thumbnailBytes}
	for _, pattern := range p.Patterns {
		cards, err := a.cards(pattern.picks)
		if err != nil {
			return err
		}
		p.Unusual = append(p.Unusual, patternView{pattern, cards})
	}
	for _, s := range p.Strata {
		cards, err := a.cards(s.picks)
		if err != nil {
			return err
		}
		if n := len(p.Bands); n == 0 || p.Bands[n-1].Name != s.Band {
			p.Bands = append(p.Bands, bandView{Name: s.Band})
		}
		last := &p.Bands[len(p.Bands)-1]
		last.Strata = append(last.Strata, stratumView{s, cards})
	}
	return nil
}

// artist draws cards as long as there is room for pictures.
type artist struct {
	pictures map[*schema.Row][]byte
	left     int // bytes
}

func (a *artist) cards(s sample) ([]template.HTML, error) {
	var cards []template.HTML
	for _, pick := range s {
		c := overlay.Card{Row: pick.Row, Image: a.pictures[pick.Row], Focus: pick.Phrase + 1}
		if len(c.Image) > a.left {
			c.Image, c.Note = nil, "its picture is left out: the page has enough"
		}
		a.left -= len(c.Image)
		if c.Note == "" && pick.Phrase >= 0 {
			c.Note = fmt.Sprintf("shown for phrase %d", pick.Phrase+1)
		}
		html, err := overlay.Draw(c)
		if err != nil {
			return nil, err
		}
		cards = append(cards, html)
	}
	return cards, nil
}
