package gold

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/evaluate"
)

// Report is an evaluation against gold.
type Report struct {
	Kind      string           `json:"kind,omitempty"` // of files: data or raw
	MinScore  float32          `json:"min_score"`
	SpanIoU   float64          `json:"span_iou"`
	Images    int              `json:"images"`
	Tally     Tally            `json:"tally"`
	Bootstrap bootstrap.Config `json:"bootstrap"` // over images
	Strata    []Stratum        `json:"strata"`    // "all" first; those without phrases are left out
	Note      string           `json:"note,omitempty"`
}

// Stratum is the figures of some of the gold phrases.
type Stratum struct {
	Name    string            `json:"name"`
	Present int64             `json:"present"` // phrases
	Absent  int64             `json:"absent"`  // phrases
	Truths  int64             `json:"truths"`  // boxes of gold
	Boxes   int64             `json:"boxes"`   // claimed
	Figures []evaluate.Figure `json:"figures"`
}

// ErrNoGold is returned for gold without phrases.
var ErrNoGold = errors.New("gold has no phrases")

// Report ends the evaluation.
func (e *Evaluator) Report(ctx context.Context, c bootstrap.Config) (*Report, error) {
	e.finish()
	total := bootstrap.Sum(e.counts, len(strata)*numCounts)
	if total[0]+total[4] == 0 {
		return nil, ErrNoGold
	}
	intervals, err := bootstrap.OfSums(ctx, e.counts, c, allRates)
	if err != nil {
		return nil, err
	}
	r := &Report{MinScore: e.opts.MinScore, SpanIoU: e.opts.SpanIoU, Images: len(e.counts), Tally: e.tally, Bootstrap: c}
	values := allRates(total)
	for i, name := range strata {
		n := total[i*numCounts:]
		if n[0]+n[4] == 0 {
			continue
		}
		from, to := i*len(rateNames), (i+1)*len(rateNames)
		var part []bootstrap.Interval
		if intervals != nil {
			part = intervals[from:to]
		}
		r.Strata = append(r.Strata, Stratum{name, n[0], n[4], n[8], n[6], evaluate.Figures(rateNames, values[from:to], part)})
	}
	return r, nil
}

// allRates are the rates of all strata, one after the other.
func allRates(total []int64) (out []float64) {
	for i := range strata {
		out = append(out, rates(total[i*numCounts:(i+1)*numCounts])...)
	}
	return out
}

// WriteText prints the report for people, in percent: intervals for all phrases,
// plain figures for the strata.
func (r *Report) WriteText(w io.Writer) {
	all := r.Strata[0]
	fmt.Fprintf(w, "gold: %d rows of %d images; %d phrases that are in the picture with %d boxes, %d that are not; %d boxes above %v\n",
		r.Tally.GoldRows, r.Images, all.Present, all.Truths, all.Absent, all.Boxes, r.MinScore)
	head := [][]string{{"all phrases", "%"}}
	for _, f := range all.Figures {
		head = append(head, []string{f.Name, f.String()})
	}
	evaluate.WriteTable(w, head)
	if len(r.Strata) > 1 {
		evaluate.WriteTable(w, r.strataRows())
	}
	fmt.Fprintf(w, "over images, %v\n", r.Bootstrap)
	r.writeCounts(w)
}

func (r *Report) strataRows() [][]string {
	rows := [][]string{{"stratum", "present", "absent", "R@1 0.5", "R@1 0.75", "precision", "recall", "present called", "absent called"}}
	for _, s := range r.Strata[1:] {
		row := []string{s.Name, fmt.Sprint(s.Present), fmt.Sprint(s.Absent)}
		for _, f := range s.Figures {
			row = append(row, f.Value.Percent())
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *Report) writeCounts(w io.Writer) {
	t := r.Tally
	for _, line := range []struct {
		n    int
		text string
	}{
		{t.MissingRows, "gold rows have no row in the run and count with nothing found"},
		{t.MissingPhrases, "gold phrases were not found by the run's extractor and count with no boxes"},
		{t.OtherRows, "rows are not in gold and are left out"},
		{t.OtherPhrases, fmt.Sprintf("phrases, with %d boxes, are not in gold and are left out", t.OtherBoxes)},
	} {
		if line.n > 0 {
			fmt.Fprintf(w, "%d %s\n", line.n, line.text)
		}
	}
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
	}
}
