package phrases

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/evaluate"
	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
	"github.com/groundmill/groundmill/schema"
)

// names of the figures of a Report.
var names = []string{
	"exact precision", "exact recall", "exact F1",
	"last word precision", "last word recall", "last word F1",
	"overlap precision", "overlap recall", "overlap F1",
	"boxed recall, exact", "boxed recall, overlap",
}

const numCounts = 3*3 + 3

// Report is how well found phrases agree with gold.
type Report struct {
	Captions  int               `json:"captions"`
	Units     int               `json:"units"` // images, or captions without an image
	Gold      int64             `json:"gold"`  // phrases
	Found     int64             `json:"found"` // phrases
	Boxed     int64             `json:"boxed"` // gold phrases with a box that are no pronouns
	Missing   int               `json:"missing"`
	Bootstrap bootstrap.Config  `json:"bootstrap"` // over units
	Figures   []evaluate.Figure `json:"figures"`
	Note      string            `json:"note,omitempty"`
}

// Evaluate compares what was found in each caption with gold.
func Evaluate(ctx context.Context, gold []Caption, found [][]schema.Span, c bootstrap.Config) (*Report, error) {
	if len(gold) == 0 {
		return nil, errors.New("gold has no captions")
	}
	units := map[string]int{}
	var rows [][]int32
	for i, g := range gold {
		at, known := units[g.Image]
		if !known || g.Image == "" {
			at = len(rows)
			units[g.Image] = at
			rows = append(rows, make([]int32, numCounts))
		}
		add(rows[at], score.Caption(g.Gold, found[i]))
	}
	intervals, err := bootstrap.OfSums(ctx, rows, c, figures)
	if err != nil {
		return nil, err
	}
	total := bootstrap.Sum(rows, numCounts)
	return &Report{Captions: len(gold), Units: len(rows), Gold: total[2], Found: total[1], Boxed: total[9],
		Bootstrap: c, Figures: evaluate.Figures(names, figures(total), intervals)}, nil
}

// add adds a caption's counts to a row for resampling.
func add(row []int32, r score.Row) {
	for i, c := range []score.Counts{r.Exact, r.Head, r.IoU} {
		row[3*i] += int32(c.Matched)
		row[3*i+1] += int32(c.Found)
		row[3*i+2] += int32(c.Gold)
	}
	row[9] += int32(r.Boxed)
	row[10] += int32(r.BoxedExact)
	row[11] += int32(r.BoxedIoU)
}

// figures computes the figures of names from sums.
func figures(total []int64) (out []float64) {
	for i := range 3 {
		matched, found, gold := total[3*i], total[3*i+1], total[3*i+2]
		out = append(out, evaluate.Ratio(matched, found), evaluate.Ratio(matched, gold), evaluate.Ratio(2*matched, found+gold))
	}
	return append(out, evaluate.Ratio(total[10], total[9]), evaluate.Ratio(total[11], total[9]))
}

// WriteText prints the report for people, in percent.
func (r *Report) WriteText(w io.Writer) {
	fmt.Fprintf(w, "phrases: %d found, %d in gold, of them %d with a box, in %d captions\n", r.Found, r.Gold, r.Boxed, r.Captions)
	table := [][]string{{"agreement", "%"}}
	for _, f := range r.Figures {
		table = append(table, []string{f.Name, f.String()})
	}
	evaluate.WriteTable(w, table)
	what := "images"
	if r.Units == r.Captions {
		what = "captions"
	}
	fmt.Fprintf(w, "over %s, %v\n", what, r.Bootstrap)
	if r.Missing > 0 {
		fmt.Fprintf(w, "%d captions have no row and count with nothing found\n", r.Missing)
	}
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
	}
}
