package audit

import (
	"fmt"
	"math"
)

// Sizes of a chart, in the units of its viewBox.
const (
	chartWidth  = 460
	chartHeight = 170
	chartLeft   = 52 // of the axis
	chartBottom = 142
	chartTop    = 12
	tickEvery   = 64 // between two labels, at least
)

// chart is a Distribution as the template draws it.
type chart struct {
	Distribution
	Bars  []bar
	Ticks []tick
	Most  string // the highest bar, as the axis says it
	Rows  []chartRow
	Marks []mark // the quantiles
}

type bar struct{ X, Y, W, H float64 }

type tick struct {
	X      float64
	Text   string
	Middle bool // X is the middle of the label, else its left end
}

type mark struct{ Name, Value string }

// chartRow is a line of a chart's table.
type chartRow struct {
	From, To, N, Share string
}

// newChart places the bars of a distribution.
func newChart(d Distribution) chart {
	c := chart{Distribution: d}
	most := int64(0)
	for _, b := range d.Bins {
		most = max(most, b.N)
	}
	c.Most = thousands(most)
	step := float64(chartWidth-chartLeft-8) / float64(max(len(d.Bins), 1))
	stride := strideFor(step)
	for i, b := range d.Bins {
		x := chartLeft + float64(i)*step
		height := float64(b.N) / float64(max(most, 1)) * (chartBottom - chartTop)
		if b.N > 0 {
			height = max(height, 1) // what is there can be seen
		}
		gap := min(step*.15, 3)
		c.Bars = append(c.Bars, bar{round(x + gap/2), round(chartBottom - height), round(step - gap), round(height)})
		switch {
		case i%stride != 0:
		case limitOf(d.ID) > 0 && b.To-b.From == 1:
			c.Ticks = append(c.Ticks, tick{round(x + step/2), d.format(b.From), true})
		default:
			c.Ticks = append(c.Ticks, tick{round(x), d.format(b.From), false})
		}
		c.Rows = append(c.Rows, chartRow{d.format(b.From), c.upper(i), thousands(b.N), share(b.N, d.N)})
	}
	for _, q := range d.Quantiles {
		c.Marks = append(c.Marks, mark{quantileName(q.Q), d.exactValue(q.Value)})
	}
	return c
}

// strideFor returns how many bars of a width share a label.
func strideFor(step float64) int {
	for _, n := range []int{1, 2, 5, 10} {
		if float64(n)*step >= tickEvery {
			return n
		}
	}
	return 20
}

// upper says where a bin ends. The last one of whole numbers holds what is above.
func (c *chart) upper(i int) string {
	b := c.Bins[i]
	if limit := limitOf(c.ID); limit > 0 && b.To > limit {
		return "or more"
	}
	return c.format(b.To)
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
	h.Most = share(most, total)
	for y, line := range centres {
		var texts []string
		for x, n := range line {
			if n > 0 {
				h.Cells = append(h.Cells, heatCell{x, y, round(0.08 + 0.92*float64(n)/float64(most))})
			}
			texts = append(texts, thousands(n))
		}
		h.Lines = append(h.Lines, texts)
	}
	return h
}

// round keeps the page small and equal on every machine.
func round(v float64) float64 { return math.Round(v*100) / 100 }

// thousands writes a number with a narrow space between thousands.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return text
}

// share writes a part of a whole in percent; of nothing it is a dash.
func share(n, of int64) string {
	switch p := 100 * float64(n) / float64(of); {
	case of == 0:
		return "–"
	case n == 0:
		return "0 %"
	case p < 0.01:
		return "<0.01 %"
	case p < 1:
		return fmt.Sprintf("%.2f %%", p)
	default:
		return fmt.Sprintf("%.1f %%", p)
	}
}
