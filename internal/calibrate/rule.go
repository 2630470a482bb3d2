package calibrate

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/filter"
)

// ErrNoThreshold is returned where no threshold is proven to be good enough.
var ErrNoThreshold = errors.New("no threshold qualifies")

// Method names how thresholds are chosen in evidence; another way gets another
// name.
const Method = "fixed sequence from the strictest threshold, Clopper-Pearson on the effective sample size"

// Filter returns the judged rules with the chosen threshold and its evidence.
func (r *Report) Filter() (filter.Config, error) {
	if !r.Choice.Found {
		return filter.Config{}, fmt.Errorf("%w: %s", ErrNoThreshold, r.Choice.Reason)
	}
	rules, p := r.judged.Rules, r.chosen()
	rules.MinScore = r.Choice.Threshold
	rules.Evidence = map[string]string{
		"method":           Method,
		"target_precision": number(r.Precision),
		"confidence":       number(r.Confidence),
		"threshold":        number(r.Choice.Threshold),
		"start":            number(r.Choice.Start),
		"step":             number(r.Step),
		"judged":           strconv.Itoa(p.Precision.Judged),
		"effective":        fmt.Sprintf("%.1f", p.Precision.Effective),
		"precision":        fmt.Sprintf("%.4f", p.Precision.Share),
		"lower_bound":      fmt.Sprintf("%.4f", p.Precision.Lower),
		"interval":         fmt.Sprintf("%.4f to %.4f", p.Precision.Interval.Low, p.Precision.Interval.High),
		"recall":           fmt.Sprintf("%.4f of %s", p.Recall.Share, r.RecallOf),
	}
	maps.Copy(rules.Evidence, r.judged.Origin)
	return rules, rules.Validate()
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Rule returns the filter section of a configuration, as annotate and refilter
// take it. It names no time and no path: equal judgements give equal bytes.
func (r *Report) Rule() ([]byte, error) {
	rules, err := r.Filter()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by runner calibrate: boxes with a higher score than min_score, among those\n"+
		"# that the other rules keep, are right in %v of 100 cases or more, at %v %% confidence.\n",
		number(100*r.Precision), number(100*r.Confidence))
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	err = errors.Join(enc.Encode(struct {
		Filter filter.Config `yaml:"filter"`
	}{rules}), enc.Close())
	return b.Bytes(), err
}
