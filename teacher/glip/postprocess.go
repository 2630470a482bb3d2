package glip

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// Parameters are the constants of the post-processing.
type Parameters struct {
	// InferenceThreshold is what the mean probability of a phrase's tokens
	// must exceed to make a candidate, before centerness lowers it.
	InferenceThreshold float32
	// NMS is the overlap of two boxes of a phrase above which the lower one
	// goes.
	NMS float32
	// Detections is how many boxes an image keeps, over all phrases; more when
	// they tie.
	Detections int
}

// DefaultParameters returns the official values (mb/config/defaults.py,
// MODEL.ATSS).
func DefaultParameters() Parameters {
	return Parameters{InferenceThreshold: 0.05, NMS: 0.6, Detections: 100}
}

// validate refuses values that make no sense, with all problems at once.
func (p Parameters) validate() error {
	var problems []error
	check := func(ok bool, name string, value any, want string) {
		if !ok {
			problems = append(problems, fmt.Errorf("glip: %s is %v, want %s", name, value, want))
		}
	}
	check(p.InferenceThreshold >= 0 && p.InferenceThreshold < 1, "InferenceThreshold", p.InferenceThreshold, "0 <= it < 1")
	check(p.NMS >= 0 && p.NMS <= 1, "NMS", p.NMS, "0 to 1")
	check(p.Detections > 0, "Detections", p.Detections, "at least 1")
	return errors.Join(problems...)
}

// output is the model's answer for one image.
type output struct {
	logits     []float32 // [N,tokens]
	deltas     []float32 // [N,4]
	centerness []float32 // [N]
	tokens     int
}

// frame says what a prepared image looks like.
type frame struct {
	shape                         teacher.Shape // with padding
	resizedWidth, resizedHeight   int
	originalWidth, originalHeight int
}

// detect finds the boxes of an image's phrases, given by their token columns:
// by falling score, in inclusive pixels of the original image. best holds the
// highest score of each phrase at any position, box or none, 0 for a phrase
// without columns. A position where the model says NaN has no detection.
func (p Parameters) detect(out output, f frame, columns [][]int32) (found []detection, best []float32) {
	s := newScan(p, out, columns)
	for level, g := range grids(f.shape) {
		found = append(found, s.level(level, g)...)
	}
	return p.keep(found, f), s.bestScores()
}

// keep clips the candidates of all levels, drops those that overlap better ones
// of their phrase, and moves the rest, by falling score, from the resized to the
// original image.
func (p Parameters) keep(found []detection, f frame) []detection {
	for i := range found {
		found[i].box = found[i].box.clip(f.resizedWidth, f.resizedHeight)
	}
	slices.SortFunc(found, byScore)
	found = suppress(found, p.NMS, p.Detections)
	x := float64(f.originalWidth) / float64(f.resizedWidth)
	y := float64(f.originalHeight) / float64(f.resizedHeight)
	for i := range found {
		found[i].box = found[i].box.scale(x, y)
	}
	return found
}

// scan looks for candidates position by position.
type scan struct {
	Parameters
	output
	phrases []phrase
}

// phrase is the state of the scan for one phrase.
type phrase struct {
	columns []int32
	best    float32 // highest squared score so far
	// bound is a logit that one of the phrase's tokens must exceed at a
	// position to matter there: below it the mean probability can pass neither
	// the threshold nor best. Comparing logits saves nearly every sigmoid.
	bound float32
}

func newScan(p Parameters, out output, columns [][]int32) *scan {
	s := &scan{Parameters: p, output: out, phrases: make([]phrase, len(columns))}
	for i, c := range columns {
		s.phrases[i] = phrase{columns: c, bound: float32(math.Inf(-1))}
	}
	return s
}

// level returns the candidates of one level, at most preNMSTop, with boxes in
// pixels of the resized image.
func (s *scan) level(level int, g grid) []detection {
	var found []detection
	for position := range g.positions() {
		for k := range s.phrases {
			square, candidate := s.score(g.first+position, &s.phrases[k])
			if candidate {
				found = append(found, detection{phrase: int32(k), level: int32(level), position: int32(position), score: square})
			}
		}
	}
	if len(found) > preNMSTop {
		slices.SortFunc(found, byScore)
		found = found[:preNMSTop]
	}
	kept := found[:0]
	for _, d := range found {
		at := 4 * (g.first + int(d.position))
		d.score = sqrt(d.score)
		d.box = g.decode(int(d.position), s.deltas[at:at+4])
		if !d.box.isNaN() {
			kept = append(kept, d)
		}
	}
	return kept
}

// score returns the squared score of a phrase at a position and whether it is a
// candidate, and keeps the phrase's best. The token probabilities are averaged,
// not their logits (SCORE_AGG MEAN).
func (s *scan) score(n int, p *phrase) (square float32, candidate bool) {
	logits := s.logits[n*s.tokens:][:s.tokens]
	if !p.mayMatter(logits) {
		return 0, false
	}
	var sum float32
	for _, c := range p.columns {
		sum += sigmoid(logits[c])
	}
	mean := sum / float32(len(p.columns))
	square = mean * sigmoid(s.centerness[n])
	if square > p.best {
		p.raise(square, s.InferenceThreshold)
	}
	return square, mean > s.InferenceThreshold && square > 0
}

// mayMatter says whether any of the phrase's tokens exceeds its bound. NaN does
// not.
func (p *phrase) mayMatter(logits []float32) bool {
	for _, c := range p.columns {
		if logits[c] > p.bound {
			return true
		}
	}
	return false
}

// raise records a new best square and lifts the bound, with slack for rounding.
func (p *phrase) raise(square, threshold float32) {
	const slack = 1e-3
	p.best = square
	least := float64(min(square, threshold))
	p.bound = float32(math.Log(least/(1-least)) - slack)
}

func (s *scan) bestScores() []float32 {
	best := make([]float32, len(s.phrases))
	for i, p := range s.phrases {
		best[i] = sqrt(p.best)
	}
	return best
}

// groundings sorts detections by phrase and converts their boxes to the stored
// convention.
func groundings(found []detection, best []float32, f frame, columns [][]int32) []teacher.Grounding {
	out := make([]teacher.Grounding, len(columns))
	for i := range out {
		out[i] = teacher.Grounding{Best: best[i], BeyondPrompt: len(columns[i]) == 0}
	}
	for _, d := range found {
		g := &out[d.phrase]
		g.Boxes = append(g.Boxes, schema.ScoredBox{
			Box:   exclusiveBox(d.box, f.originalWidth, f.originalHeight),
			Score: d.score,
		})
	}
	return out
}
