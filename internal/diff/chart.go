package diff

import (
	"math"

	"github.com/groundmill/groundmill/internal/page"
)

// shownAs says how distributions are shown.
var shownAs = map[string]struct {
	title, short, unit, note string
	format                   func(float64) string
}{
	"score_change": {"Changes of scores", "changes of scores", "score in B less score in A", "Of the rescored and moved boxes. Counts and quantiles are exact.", signed},
	"moved_iou":    {"IoU of moved boxes", "IoU of moved boxes", "IoU", "Counts are exact; quantiles are rounded down to thousandths.", func(v float64) string { return decimals(v, 3) }},
}

// signed writes a change of a score.
func signed(v float64) string {
	text := decimals(v, 4)
	if v > 0 {
		return "+" + text
	}
	return text
}

// newChart says what the bars of a distribution are.
func newChart(d Distribution) page.Histogram {
	info := shownAs[d.ID]
	h := page.Histogram{Title: info.title, Unit: info.unit, Note: info.note, N: d.N}
	digits := d.digits()
	for _, b := range d.Bins {
		h.Bins = append(h.Bins, page.Bin{From: decimals(b.From, digits), To: decimals(b.To, digits), N: b.N})
	}
	for _, q := range d.Quantiles {
		name := decimals(100*q.Q, 0) + " %"
		if q.Q == 0.5 {
			name = "median"
		}
		h.Marks = append(h.Marks, page.Mark{Name: name, Value: info.format(q.Value)})
	}
	return h
}

// digits is how many decimals the ends of bars need.
func (d *Distribution) digits() int {
	for _, b := range d.Bins {
		if hundredths := b.From * 100; math.Abs(hundredths-math.Round(hundredths)) > 1e-6 {
			return 3
		}
	}
	return 2
}
