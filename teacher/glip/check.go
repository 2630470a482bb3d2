package glip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/groundmill/groundmill/teacher/ort"
)

// CheckOptions says how far a model may be from its reference. Zero values mean
// the defaults.
type CheckOptions struct {
	// Tolerance is that of every tensor, absolute for the last layer and, between
	// the parts, relative to the tensor's largest value if that exceeds 1;
	// default 1e-4.
	Tolerance      float64
	ScoreTolerance float64 // of a detection; default 1e-4
	BoxTolerance   float64 // of a detection's edges, in pixels; default 0.01
}

func (o CheckOptions) withDefaults() CheckOptions {
	return CheckOptions{
		Tolerance:      firstOf(o.Tolerance, 1e-4),
		ScoreTolerance: firstOf(o.ScoreTolerance, 1e-4),
		BoxTolerance:   firstOf(o.BoxTolerance, 0.01),
	}
}

// Stage is the comparison of one step of the model with its reference.
type Stage struct {
	Name      string
	MaxDiff   float64 // largest absolute difference, infinite when Note says why there is none
	Tolerance float64
	Pass      bool
	Note      string
}

// MarshalJSON writes an infinite difference, which JSON cannot hold, as null.
func (s Stage) MarshalJSON() ([]byte, error) {
	out := struct {
		Name      string   `json:"name"`
		MaxDiff   *float64 `json:"max_diff"`
		Tolerance float64  `json:"tolerance"`
		Pass      bool     `json:"pass"`
		Note      string   `json:"note,omitempty"`
	}{s.Name, &s.MaxDiff, s.Tolerance, s.Pass, s.Note}
	if math.IsInf(s.MaxDiff, 0) {
		out.MaxDiff = nil
	}
	return json.Marshal(out)
}

// CheckReport lists every stage that the model and the reference both have, in
// the order in which they are computed, the worst of all cases each.
type CheckReport struct {
	Reference string   `json:"reference"`
	Cases     []string `json:"cases"`
	Stages    []Stage  `json:"stages"`
}

// Pass says whether every stage passes.
func (r *CheckReport) Pass() bool {
	return !slices.ContainsFunc(r.Stages, func(s Stage) bool { return !s.Pass })
}

// String returns the report as a table, a line per stage.
func (r *CheckReport) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "stage\tmax diff\tallowed\t")
	for _, s := range r.Stages {
		verdict := "pass"
		if !s.Pass {
			verdict = "FAIL"
		}
		fmt.Fprintf(w, "%s\t%.3g\t%.3g\t%s\n", s.Name, s.MaxDiff, s.Tolerance, strings.TrimSpace(verdict+" "+s.Note))
	}
	w.Flush()
	return b.String()
}

// Check runs every case of a reference file through the code that a run uses,
// from the original pixels to the detections, and compares each step. Token ids
// come from the reference, so the model needs no vocabulary. Steps inside the
// model are compared when it was imported with Debug.
//
// An error means that the check could not be made; a model that differs gives a
// report that does not Pass.
func Check(ctx context.Context, s Session, path string, o CheckOptions) (*CheckReport, error) {
	meta, err := parseMetadata(s.Metadata())
	if err != nil {
		return nil, err
	}
	r, err := readReference(path)
	if err != nil {
		return nil, err
	}
	text := meta.architecture.BERT
	c := &checker{
		reference: r, session: s, text: text, options: o.withDefaults(), report: &CheckReport{Reference: r.Name},
		optimize: meta.optimize, form: newForm(meta.optimize, text.maxTokens()),
	}
	for _, rc := range r.Cases {
		c.report.Cases = append(c.report.Cases, rc.Name)
		if err := c.run(ctx, rc); err != nil {
			return nil, fmt.Errorf("case %s: %w", rc.Name, err)
		}
	}
	return c.report, nil
}

// checker is one check under way.
type checker struct {
	*reference
	session  Session
	text     BERT // what the model can read
	optimize Optimization
	form     form
	options  CheckOptions
	report   *CheckReport
}

func (c *checker) run(ctx context.Context, rc referenceCase) error {
	queries, err := c.prepare(rc)
	if err != nil {
		return err
	}
	b, names, parameters := c.batch(queries), c.outputs(), DefaultParameters()
	tensors, err := b.run(ctx, c.session, parameters.InferenceThreshold, names)
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := c.compare(rc.Name, name, tensors[i]); err != nil {
			return err
		}
	}
	readings, err := c.form.read(b, tensors[len(tensors)-len(c.form.outputs()):], parameters)
	if err != nil {
		return err
	}
	for i, r := range readings {
		c.record(c.options.detections(r.found, rc.Images[i].Detections))
	}
	return nil
}

// batch has texts as long as the reference's and scores all their tokens, so that
// tensors have equal shapes.
func (c *checker) batch(queries []query) *batch {
	length := longest(queries)
	var selection *selection
	if c.optimize == OptimizeFull {
		selection = selectAll(queries, length)
	}
	return newBatch(queries, length, selection)
}

// outputs lists what the model can return, in the order in which it is computed;
// what the form reads comes last.
func (c *checker) outputs() []string {
	var taps []string
	late := slices.Concat(denseOutputs, c.form.outputs())
	for _, o := range c.session.Outputs() {
		if !slices.Contains(late, o.Name) {
			taps = append(taps, o.Name)
		}
	}
	if c.optimize == OptimizeFull {
		taps = append(taps, denseOutputs...)
	}
	return append(taps, c.form.outputs()...)
}

// prepare resizes the case's images and takes its tokens.
func (c *checker) prepare(rc referenceCase) ([]query, error) {
	limits := sizes{c.Config.MinSize, c.Config.MaxSize}
	ids, err1 := c.rows(rc.Name + "/input_ids")
	mask, err2 := c.rows(rc.Name + "/attention_mask")
	if err := errors.Join(limits.validate(), err1, err2); err != nil {
		return nil, err
	}
	if err := c.text.readable(ids); err != nil {
		return nil, err
	}
	if n := len(rc.Images); n == 0 || len(ids) != n || len(mask) != n {
		return nil, fmt.Errorf("glip: %d images, %d rows of tokens, %d of masks", n, len(ids), len(mask))
	}
	queries := make([]query, len(rc.Images))
	for i, image := range rc.Images {
		p, err := c.prepareOne(rc.Name, i, limits)
		if err != nil {
			return nil, err
		}
		if i > 0 && p.shape != queries[0].shape {
			return nil, fmt.Errorf("glip: image %d has padded shape %v, unlike the first", i, p.shape)
		}
		q := query{prepared: &prepared{pixmap: p}, prompt: prompt{ids: ids[i], mask: mask[i], columns: image.Columns}, example: i}
		if !q.valid() {
			return nil, fmt.Errorf("glip: image %d has phrase tokens outside its %d tokens", i, len(ids[i]))
		}
		queries[i] = q
	}
	return queries, c.complete(rc.Name)
}

// readable refuses tokens of a reference that the model has no embeddings for;
// ONNX Runtime's own error would name a node of the graph.
func (b BERT) readable(texts [][]int64) error {
	for _, ids := range texts {
		if len(ids) > b.Positions {
			return fmt.Errorf("glip: the reference has texts of %d tokens, the model reads %d: it belongs to another model", len(ids), b.Positions)
		}
		for _, id := range ids {
			if id < 0 || id >= int64(b.Vocabulary) {
				return fmt.Errorf("glip: the reference has token id %d, the model has %d word pieces: it belongs to another model", id, b.Vocabulary)
			}
		}
	}
	return nil
}

// complete refuses a case without the tensors of the head: a check of nothing
// would pass.
func (c *checker) complete(name string) error {
	for _, output := range denseOutputs {
		if _, ok := c.Tensors[name+"/"+output]; !ok {
			return fmt.Errorf("glip: the reference has no tensor %s/%s", name, output)
		}
	}
	return nil
}

func (c *checker) prepareOne(name string, i int, limits sizes) (*pixmap, error) {
	image, err1 := c.image(fmt.Sprintf("%s/image%d", name, i))
	want, err2 := c.image(fmt.Sprintf("%s/resized%d", name, i))
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	p, err := prepareImage(limits, image)
	if err != nil {
		return nil, err
	}
	stage := Stage{Name: "resized"}
	if p.image.Width != want.Width || p.image.Height != want.Height {
		stage.MaxDiff = math.Inf(1)
		stage.Note = fmt.Sprintf("%d×%d pixels, want %d×%d", p.image.Width, p.image.Height, want.Width, want.Height)
	} else {
		stage.MaxDiff = maxDiff(p.image.Pix, want.Pix)
	}
	c.record(stage)
	return p, nil
}

// compare records the difference of one output from the reference's tensor, if
// it has that.
func (c *checker) compare(name, output string, got ort.Tensor) error {
	want, ok, err := c.floats(name + "/" + output)
	if err != nil || !ok {
		return err
	}
	values, err := ort.Values[float32](got)
	if err != nil {
		return err
	}
	stage := Stage{Name: output, Tolerance: c.options.Tolerance}
	switch {
	case output == "input":
		stage.Tolerance = 0
	case !slices.Contains(denseOutputs, output):
		stage.Tolerance *= max(1, largest(want))
	}
	if len(values) != len(want) {
		stage.MaxDiff, stage.Note = math.Inf(1), fmt.Sprintf("shape %v, want %d values", got.Shape, len(want))
	} else {
		stage.MaxDiff = maxDiff(values, want)
	}
	c.record(stage)
	return nil
}

// record adds a stage of one image or case to the report, where the worst
// stays.
func (c *checker) record(s Stage) {
	s.Pass = s.Note == "" && s.MaxDiff <= s.Tolerance
	at := slices.IndexFunc(c.report.Stages, func(o Stage) bool { return o.Name == s.Name })
	switch {
	case at < 0:
		c.report.Stages = append(c.report.Stages, s)
	case c.report.Stages[at].Pass && !s.Pass, s.MaxDiff > c.report.Stages[at].MaxDiff && s.Pass == c.report.Stages[at].Pass:
		c.report.Stages[at] = s
	}
}
