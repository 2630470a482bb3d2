package audit

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/page"
	"github.com/groundmill/groundmill/schema"
)

//go:embed page.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = page.New("audit", pageText, template.FuncMap{
	"percent": func(part float64) float64 { return 100 * part },
	"plain":   func(markdown string) string { return strings.ReplaceAll(markdown, "`", "") },
})

// view is what the template reads.
type view struct {
	*Report
	Name     string
	Frame    page.Frame
	Charts   []page.Histogram
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
	p := view{
		Report: r, Name: r.title, Frame: page.NewFrame("Audit of "+page.Text(r.title), pageStyle), Heat: newHeat(r.Centres),
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

// draw makes the cards of all samples.
func (p *view) draw() error {
	a := artist{p.pictures, page.NewRoom()}
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

// artist draws cards with their pictures.
type artist struct {
	pictures map[*schema.Row][]byte
	room     *page.Room
}

func (a *artist) cards(s sample) ([]template.HTML, error) {
	var cards []template.HTML
	for _, pick := range s {
		c := overlay.Card{Row: pick.Row, Image: a.pictures[pick.Row], Focus: pick.Phrase + 1}
		if pick.Phrase >= 0 {
			c.Note = fmt.Sprintf("shown for phrase %d", pick.Phrase+1)
		}
		html, err := a.room.Draw(c)
		if err != nil {
			return nil, err
		}
		cards = append(cards, html)
	}
	return cards, nil
}
