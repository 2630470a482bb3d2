package calibrate

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/groundmill/groundmill/internal/stats"
	"github.com/groundmill/groundmill/schema"
)

// Options say what is wanted of a threshold.
type Options struct {
	Precision  float64 // that the boxes above it must have at least
	Confidence float64 // that they have it, one-sided; also of the intervals, two-sided
	Step       float64 // between thresholds, a multiple of 1e-4
}

// Default returns what the command starts from: 90 % right, at 95 %.
func Default() Options { return Options{Precision: 0.9, Confidence: 0.95, Step: 0.01} }

// Validate returns a *schema.InvalidError that lists every problem, or nil.
func (o Options) Validate() error {
	var c schema.Check
	if !(o.Precision > 0 && o.Precision < 1) { // NaN too
		c.Addf("precision", "%v is not in (0, 1)", o.Precision)
	}
	if !(o.Confidence >= 0.5 && o.Confidence < 1) {
		c.Addf("confidence", "%v is not in [0.5, 1)", o.Confidence)
	}
	if steps := o.Step * 1e4; !(o.Step > 0 && o.Step < 1) || math.Abs(steps-math.Round(steps)) > 1e-6 {
		c.Addf("step", "%v is not a multiple of 0.0001 in (0, 1)", o.Step)
	}
	return c.Err("calibration")
}

// Share is an estimated share for people and for JSON.
type Share struct {
	Judged    int            `json:"judged"`    // boxes that it is of
	Share     float64        `json:"share"`     // best guess; 0 when nothing was judged
	Interval  stats.Interval `json:"interval"`  // Wilson's, two-sided
	Lower     float64        `json:"lower"`     // Clopper and Pearson's bound, one-sided
	Effective float64        `json:"effective"` // sample size; 0 when all there are were judged
}

func newShare(e stats.Estimate, confidence float64) Share {
	s := Share{Judged: e.N, Interval: e.Interval(confidence), Lower: e.Lower(confidence)}
	if e.N > 0 {
		s.Share = e.Share
	}
	if !math.IsInf(e.Effective, 0) {
		s.Effective = e.Effective
	}
	return s
}

// Point is one threshold.
type Point struct {
	Threshold float64 `json:"threshold"` // boxes with a higher score are kept
	Precision Share   `json:"precision"`
	Recall    Share   `json:"recall"`
}

// Stratum is the precision within one.
type Stratum struct {
	Name  string `json:"name"`
	All   Share  `json:"all"`             // of all its judged boxes
	Above *Share `json:"above,omitempty"` // the chosen threshold
}

// Group is the strata that differ in the score alone, such as "small, plain".
type Group struct {
	Name  string  `json:"name"`
	Curve []Point `json:"curve"` // at the thresholds of the whole
}

// Report is what judgements say of thresholds.
type Report struct {
	Options  `json:"-"`
	Target   float64   `json:"precision"`
	Level    float64   `json:"confidence"`
	RecallOf string    `json:"recall_of"` // what recall is a share of
	Notes    []string  `json:"notes"`
	Curve    []Point   `json:"curve"`  // by rising threshold, from the floor
	Groups   []Group   `json:"groups"` // by name
	Strata   []Stratum `json:"strata"` // by name
	Choice   Choice    `json:"choice"`

	judged *Judged
}

// Report estimates every threshold and chooses one.
func (j *Judged) Report(o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := &Report{Options: o, Target: o.Precision, Level: o.Confidence, RecallOf: j.recall, judged: j, Notes: []string{}}
	r.Notes = append(r.Notes, j.Notes...)
	r.Curve = r.curve(j.boxes, j.boxes, "")
	r.addGroups()
	r.Choice = r.choose()
	r.addStrata()
	return r, nil
}

// curve estimates every threshold from the boxes of a group and those that have
// found what is of the group.
func (r *Report) curve(boxes, finders []box, group string) (points []Point) {
	design := r.judged.design
	for _, t := range thresholds(r.judged.Rules.MinScore, r.Step) {
		points = append(points, Point{
			Threshold: t,
			Precision: newShare(design.share(boxes, above(t), right), r.Confidence),
			Recall:    newShare(design.recall(finders, group, above(t)), r.Confidence),
		})
	}
	return points
}

func (r *Report) addGroups() {
	boxes, finders := map[string][]box{}, map[string][]box{}
	for _, b := range r.judged.boxes {
		boxes[b.group()] = append(boxes[b.group()], b)
		if b.right {
			finders[b.found] = append(finders[b.found], b)
		}
	}
	names := slices.Concat(slices.Collect(maps.Keys(boxes)), r.judged.design.hidden())
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		r.Groups = append(r.Groups, Group{name, r.curve(boxes[name], finders[name], name)})
	}
}

// thresholds are the floor and the multiples of step above it, below 1.
func thresholds(floor, step float64) []float64 {
	out := []float64{floor}
	for i := math.Floor(floor/step+1e-9) + 1; ; i++ {
		t := math.Round(i*step*1e4) / 1e4
		if t >= 1 {
			return out
		}
		out = append(out, t)
	}
}

func (r *Report) addStrata() {
	for _, name := range r.judged.strata() {
		within := func(b box) bool { return b.stratum == name }
		s := Stratum{Name: name, All: newShare(r.judged.design.share(r.judged.boxes, within, right), r.Confidence)}
		if r.Choice.Found {
			over := above(r.Choice.Threshold)
			share := newShare(r.judged.design.share(r.judged.boxes, func(b box) bool { return within(b) && over(b) }, right), r.Confidence)
			s.Above = &share
		}
		r.Strata = append(r.Strata, s)
	}
	for _, name := range r.judged.Uncovered {
		r.Notes = append(r.Notes, fmt.Sprintf("nothing is judged in the stratum %q", name))
	}
}
