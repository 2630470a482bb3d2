package calibrate

import (
	"fmt"
	"io"
	"math"
	"strconv"
)

// Steps between the thresholds that the text lists; JSON has all.
const (
	shownStep  = 0.05
	groupsStep = 0.2
)

// WriteText prints the report for people.
func (r *Report) WriteText(w io.Writer) {
	fmt.Fprintf(w, "%10s %8s %10s %19s %8s %8s %19s\n", "threshold", "judged", "precision", "interval", "bound", "recall", "interval")
	r.writeCurve(w, r.Curve, shownStep)
	if len(r.Groups) > 1 {
		for _, g := range r.Groups {
			fmt.Fprintf(w, "\n%s\n", strconv.QuoteToGraphic(g.Name))
			r.writeCurve(w, g.Curve, groupsStep)
		}
	}
	fmt.Fprintf(w, "\nrecall is of %s; intervals are two-sided, bounds one-sided, at %v\n", r.RecallOf, r.Confidence)
	fmt.Fprintf(w, "\n%-44s %8s %10s %19s\n", "stratum", "judged", "precision", "interval")
	for _, s := range r.Strata {
		fmt.Fprintf(w, "%-44.44q %8d %10.4f %19s\n", s.Name, s.All.Judged, s.All.Share, s.All.span())
	}
	for _, note := range r.Notes {
		fmt.Fprintln(w, "note:", note)
	}
	r.writeChoice(w)
}

// writeCurve lists the floor, the chosen threshold and the multiples of a step, as
// far as boxes above them were judged.
func (r *Report) writeCurve(w io.Writer, points []Point, step float64) {
	for i, p := range points {
		chosen := r.Choice.Found && p.Threshold == r.Choice.Threshold
		if i > 0 && !chosen && !multiple(p.Threshold, step) || i > 0 && p.Precision.Judged == 0 {
			continue
		}
		fmt.Fprintf(w, "%10.4g %8d %10.4f %19s %8.4f %8.4f %19s%s\n", p.Threshold, p.Precision.Judged, p.Precision.Share,
			p.Precision.span(), p.Precision.Lower, p.Recall.Share, p.Recall.span(), mark(chosen))
	}
}

func (r *Report) writeChoice(w io.Writer) {
	if !r.Choice.Found {
		fmt.Fprintf(w, "\nno threshold has a precision of %v at %v confidence: %s\n", r.Precision, r.Confidence, r.Choice.Reason)
		return
	}
	p := r.chosen()
	fmt.Fprintf(w, "\nmin_score: %v: precision %.4f, at least %.4f at %v confidence; recall %.4f\n",
		p.Threshold, p.Precision.Share, p.Precision.Lower, r.Confidence, p.Recall.Share)
	fmt.Fprintf(w, "%d thresholds tested from %v downwards; %s\n", r.Choice.Tested, r.Choice.Start, r.Choice.Reason)
}

func (s Share) span() string { return fmt.Sprintf("%.4f to %.4f", s.Interval.Low, s.Interval.High) }

func multiple(t, step float64) bool {
	steps := t / step
	return math.Abs(steps-math.Round(steps)) < 1e-6
}

func mark(chosen bool) string {
	if chosen {
		return "  <-"
	}
	return ""
}
