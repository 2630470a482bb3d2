package audit

import (
	"fmt"
	"math"
	"strconv"
)

// Distribution is how the values of one measure are spread.
type Distribution struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Unit      string     `json:"unit"`
	Note      string     `json:"note"` // how exact the quantiles are
	N         int64      `json:"n"`
	Quantiles []Quantile `json:"quantiles"`
	Bins      []Bin      `json:"bins"`
	format    func(float64) string
}

// Bin counts the values from From up to but not including To.
type Bin struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
	N    int64   `json:"n"`
}

// Quantile is the value that a share Q of all do not pass.
type Quantile struct {
	Q     float64 `json:"q"`
	Value float64 `json:"value"`
}

var quantiles = []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}

// What is said of quantiles.
const (
	exactNote = "Quantiles are exact."
	closeNote = "Quantiles are within 2.2 %."
)

// measureInfo says how a measure is shown.
var measureInfo = [numMeasures]struct {
	id, title, unit string
	group           int // fine bins in a bar; 0 lets whole numbers find their own
	format          func(float64) string
}{
	boxScore:          {"box_score", "Scores of boxes", "score", 200, decimals(2)},
	missScore:         {"miss_score", "Best scores of phrases without a box", "score", 200, decimals(2)},
	boxArea:           {"box_area", "Size of boxes", "share of the image", perDoubling, percent},
	boxSide:           {"box_side", "Shorter side of boxes", "pixels", perDoubling / 2, figures},
	boxAspect:         {"box_aspect", "Aspect of boxes", "width ÷ height", perDoubling / 4, figures},
	phraseWords:       {"phrase_words", "Length of phrases", "words", 0, decimals(0)},
	phrasesPerCaption: {"phrases_per_caption", "Phrases in a caption", "phrases", 0, decimals(0)},
	boxesPerRow:       {"boxes_per_row", "Boxes in an image, for one caption", "boxes", 0, decimals(0)},
	boxesPerPhrase:    {"boxes_per_phrase", "Boxes of a phrase", "boxes", 0, decimals(0)},
	captionLength:     {"caption_length", "Length of captions", "characters", perDoubling / 2, figures},
}

func distributions(p *Partial) (all []Distribution) {
	for m := range numMeasures {
		all = append(all, distribution(m, &p.Measures[m]))
	}
	return all
}

func distribution(m measure, h *Histogram) Distribution {
	info, s := measureInfo[m], scales[m]
	d := Distribution{ID: info.id, Title: info.title, Unit: info.unit, Note: exactNote, N: h.N, Quantiles: []Quantile{}, Bins: []Bin{}, format: info.format}
	geometric := s.edges[0] > 0
	if geometric {
		d.Note = closeNote
	}
	if h.N == 0 {
		return d
	}
	for _, q := range quantiles {
		i := h.bin(q)
		value := s.edges[i]
		if geometric {
			value = math.Sqrt(s.edges[i] * s.edges[i+1])
		}
		d.Quantiles = append(d.Quantiles, Quantile{q, value})
	}
	d.Bins = bars(s, h, info.group)
	return d
}

// mostBars is how many bars a histogram of whole numbers has at most.
const mostBars = 30

// bars joins fine bins to bars, from the first to the last that has anything; those
// of scores and whole numbers begin at 0.
func bars(s *scale, h *Histogram, group int) (bins []Bin) {
	first, last := h.bin(0), h.bin(1)
	switch {
	case group == 0:
		first, group = 0, (last+mostBars)/mostBars
	case s == scores:
		first, last = 0, s.bins()-2 // 1 itself is in the bar before
	}
	for i := first / group * group; i <= last; i += group {
		end := min(i+group, s.bins())
		if s == scores && end == s.bins()-1 {
			end++
		}
		b := Bin{From: s.edges[i], To: s.edges[end]}
		for _, n := range h.Bins[i:end] {
			b.N += n
		}
		bins = append(bins, b)
	}
	return bins
}

func decimals(n int) func(float64) string {
	return func(v float64) string { return strconv.FormatFloat(v, 'f', n, 64) }
}

// figures gives two significant figures, or all of a whole number above.
func figures(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

func percent(v float64) string {
	switch {
	case v >= 0.1:
		return fmt.Sprintf("%.0f %%", 100*v)
	case v >= 0.0001:
		return fmt.Sprintf("%.2g %%", 100*v)
	}
	return "<0.01 %"
}
