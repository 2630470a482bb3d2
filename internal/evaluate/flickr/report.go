package flickr

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/evaluate"
)

// protocols name the two ways to take gold boxes.
var protocols = [...]string{"any_box", "merged_boxes"}

// Report is the recall of an evaluation.
type Report struct {
	Images           int              `json:"images"`
	Sentences        int              `json:"sentences"`         // with a phrase that is asked for
	IgnoredSentences int              `json:"ignored_sentences"` // without one
	MaxBoxes         int              `json:"max_boxes"`
	SpanIoU          float64          `json:"span_iou"`
	GoldOutside      int              `json:"gold_boxes_outside_image"`
	GoldFlat         int              `json:"gold_boxes_without_area"`
	Tally            Tally            `json:"tally"`
	Bootstrap        bootstrap.Config `json:"bootstrap"` // over images
	Protocols        []Protocol       `json:"protocols"`
	Note             string           `json:"note,omitempty"`
}

// Protocol is the recall by one way to take gold boxes.
type Protocol struct {
	Name  string `json:"name"`
	Types []Type `json:"types"` // "all" first
}

// Type is the recall of the phrases of one type.
type Type struct {
	Name    string            `json:"name"`
	Phrases int64             `json:"phrases"`
	Recall  []evaluate.Figure `json:"recall"` // at 1, 5, 10 and all
}

// Report ends the evaluation. A sentence without a prediction is an error unless
// Options.AllowMissing is set.
func (e *Evaluator) Report(ctx context.Context, c bootstrap.Config) (*Report, error) {
	if err := e.checkMissing(); err != nil {
		return nil, err
	}
	intervals, err := bootstrap.OfSums(ctx, e.counts, c, e.recalls)
	if err != nil {
		return nil, err
	}
	total := bootstrap.Sum(e.counts, len(e.types)*columnsPerType)
	values := e.recalls(total)
	r := &Report{Images: len(e.gold.Images), Sentences: e.asked, IgnoredSentences: e.ignored, MaxBoxes: e.opts.MaxBoxes,
		SpanIoU: e.opts.SpanIoU, GoldOutside: e.gold.OutsideImage, GoldFlat: e.gold.Flat, Tally: e.tally, Bootstrap: c}
	for p, protocol := range protocols {
		out := Protocol{Name: protocol}
		for t, kind := range e.types {
			from := (t*len(protocols) + p) * len(ranks)
			var part []bootstrap.Interval
			if intervals != nil {
				part = intervals[from : from+len(ranks)]
			}
			figures := evaluate.Figures(rankNames(), values[from:from+len(ranks)], part)
			out.Types = append(out.Types, Type{kind, total[t*columnsPerType], figures})
		}
		r.Protocols = append(r.Protocols, out)
	}
	return r, nil
}

// recalls are by type, protocol and rank.
func (e *Evaluator) recalls(total []int64) (out []float64) {
	for t := range e.types {
		c := total[t*columnsPerType:]
		for i := range len(protocols) * len(ranks) {
			out = append(out, evaluate.Ratio(c[1+i], c[0]))
		}
	}
	return out
}

func rankNames() (names []string) {
	for _, k := range ranks {
		if k == 0 {
			names = append(names, "R@all")
			continue
		}
		names = append(names, "R@"+strconv.Itoa(k))
	}
	return names
}

// WriteText prints the report for people, in percent.
func (r *Report) WriteText(w io.Writer) {
	fmt.Fprintf(w, "Flickr30k Entities: %d sentences of %d images (%d sentences without boxes are not asked for)\n", r.Sentences, r.Images, r.IgnoredSentences)
	for _, p := range r.Protocols {
		rows := [][]string{append([]string{p.Name, "phrases"}, rankNames()...)}
		for _, t := range p.Types {
			row := []string{t.Name, fmt.Sprint(t.Phrases)}
			for _, f := range t.Recall {
				row = append(row, f.String())
			}
			rows = append(rows, row)
		}
		evaluate.WriteTable(w, rows)
	}
	fmt.Fprintf(w, "over images, %v\n", r.Bootstrap)
	r.writeCounts(w)
}

// writeCounts tells what a reader of the figures should know, where it happened.
func (r *Report) writeCounts(w io.Writer) {
	for _, line := range []struct {
		n    int
		text string
	}{
		{r.Tally.Missing, "sentences had no results and count as not found"},
		{r.Tally.NoPhrase, "gold phrases are no phrases of their rows and count as not found"},
		{r.Tally.Unexpected, "results were for sentences that are not asked for"},
		{r.Tally.Duplicates, "results were for a sentence that had one; the first counts"},
		{r.Tally.Cut, fmt.Sprintf("boxes were beyond the %d best of their sentence", r.MaxBoxes)},
		{r.GoldOutside, "gold boxes reach outside their image"},
		{r.GoldFlat, "gold boxes have no area"},
	} {
		if line.n > 0 {
			fmt.Fprintf(w, "%d %s\n", line.n, line.text)
		}
	}
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
	}
}
