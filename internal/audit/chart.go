package audit

import (
	"fmt"

	"github.com/groundmill/groundmill/internal/page"
)

// newChart says what the bars of a distribution are.
func newChart(d Distribution) page.Histogram {
	c := page.Histogram{Title: d.Title, Unit: d.Unit, Note: d.Note, N: d.N}
	for i, b := range d.Bins {
		whole := limitOf(d.ID) > 0 && b.To-b.From == 1
		c.Bins = append(c.Bins, page.Bin{From: d.format(b.From), To: d.upper(i), N: b.N, Whole: whole})
	}
	for _, q := range d.Quantiles {
		c.Marks = append(c.Marks, page.Mark{Name: quantileName(q.Q), Value: d.exactValue(q.Value)})
	}
	return c
}

// upper says where a bin ends. The last one of whole numbers holds what is above.
func (d *Distribution) upper(i int) string {
	b := d.Bins[i]
	if limit := limitOf(d.ID); limit > 0 && b.To > limit {
		return "or more"
	}
	return d.format(b.To)
}

// limitOf is where the last bin of whole numbers begins, 0 for other measures.
func limitOf(id string) float64 {
	for m, info := range measureInfo {
		if info.id == id && info.group == 0 {
			return scales[m].edges[len(scales[m].edges)-2]
		}
	}
	return 0
}

// exactValue formats a quantile, scores with all their digits.
func (d *Distribution) exactValue(v float64) string {
	if d.Unit == "score" {
		return fmt.Sprintf("%.4f", v)
	}
	return d.format(v)
}

func quantileName(q float64) string {
	if q == 0.5 {
		return "median"
	}
	return fmt.Sprintf("%.0f %%", 100*q)
}

// heat is the heat map of the centres of boxes.
type heat struct {
	Cells []heatCell
	Lines [][]string // the shares of the cells, for the table
	Most  string
}

type heatCell struct {
	X, Y    int
	Opacity float64
}

func newHeat(centres [][]int64) heat {
	var h heat
	var most, total int64
	for _, line := range centres {
		for _, n := range line {
			most, total = max(most, n), total+n
		}
	}
	h.Most = page.Share(most, total)
	for y, line := range centres {
		var texts []string
		for x, n := range line {
			if n > 0 {
				h.Cells = append(h.Cells, heatCell{x, y, page.Round(0.08 + 0.92*float64(n)/float64(most))})
			}
			texts = append(texts, page.Thousands(n))
		}
		h.Lines = append(h.Lines, texts)
	}
	return h
}
