package diff

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/page"
)

//go:embed page.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = page.New("diff", pageText, template.FuncMap{"orNothing": orNothing, "visible": overlay.Visible})

// view is what the template reads.
type view struct {
	*Report
	NameA, NameB string
	Frame        page.Frame
	Tables       []accountTable
	Charts       []page.Histogram
	Changes      []changeView
	PerClass     int
	Pictures     pictureView
}

// pictureView says what there is of pictures.
type pictureView struct {
	Images, Found int
	Searched      bool
}

type changeView struct {
	Change
	Samples []sampleView
}

// sampleView is an example with the cards of A and B, of which one can be missing.
type sampleView struct {
	Example
	Cards []cardView
}

type cardView struct {
	Side string
	Card template.HTML
}

// WritePage writes the page: one file, without scripts, that loads nothing. It is
// under 20 MB.
func (r *Report) WritePage(w io.Writer) error {
	v := view{
		Report: r, NameA: r.A.title(), NameB: r.B.title(), Tables: accountTables(r), PerClass: r.perClass,
		Pictures: pictureView{Images: r.shownImages(), Found: len(r.pictures), Searched: r.searched},
	}
	v.Frame = page.NewFrame(fmt.Sprintf("Difference of %s and %s", page.Text(v.NameA), page.Text(v.NameB)), pageStyle)
	for _, d := range r.Distributions {
		v.Charts = append(v.Charts, newChart(d))
	}
	if err := v.draw(page.NewRoom()); err != nil {
		return err
	}
	if err := pageTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// shownImages returns the number of different images of the samples.
func (r *Report) shownImages() int {
	images := map[string]bool{}
	for side := range r.plan.sets {
		for _, rec := range r.shownRecords(side) {
			images[rec.digest] = true
		}
	}
	return len(images)
}

// draw makes the cards of all samples.
func (v *view) draw(room *page.Room) error {
	for _, c := range v.Report.Changes {
		shown := changeView{Change: c}
		for _, e := range c.Samples {
			cards, err := v.cards(room, e)
			if err != nil {
				return err
			}
			shown.Samples = append(shown.Samples, sampleView{e, cards})
		}
		v.Changes = append(v.Changes, shown)
	}
	return nil
}

// cards draws the rows of A and B.
func (v *view) cards(room *page.Room, e Example) (cards []cardView, err error) {
	for side, name := range []string{"A", "B"} {
		rec := e.pair.side(side)
		if rec == nil {
			continue
		}
		html, err := room.Draw(overlay.Card{Row: rec.row(), Image: v.pictures[rec.digest], Strong: e.strong[side]})
		if err != nil {
			return nil, err
		}
		cards = append(cards, cardView{name, html})
	}
	return cards, nil
}
