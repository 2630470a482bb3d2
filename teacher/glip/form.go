package glip

import (
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/teacher/ort"
)

// form is what a graph of one Optimization is asked for, and how its answer
// becomes detections.
type form interface {
	// batch joins at least one query.
	batch(queries []query) *batch
	// outputs names what read needs, in its order.
	outputs() []string
	// read returns what the model said about each query of a batch. An error
	// says how an output is unlike what a teacher returns.
	read(b *batch, outputs []ort.Tensor, p Parameters) ([]reading, error)
	// profile is the range of input shapes for images of the given range and
	// batches of at most batch texts.
	profile(pixels ort.ShapeRange, batch int64) ort.ShapeProfile
}

// reading is what the model said about one query.
type reading struct {
	found []detection // by falling score, in inclusive pixels of the original image
	best  []float32   // highest score of each phrase at any position, 0 without tokens
	sound bool        // false where the model said NaN; found and best mean nothing then
}

// newForm returns the form of a model that reads texts of at most limit tokens.
func newForm(o Optimization, limit int) form {
	if o == OptimizeNone {
		return denseForm{limit}
	}
	return candidateForm{limit}
}

// denseForm returns the last layer at every position for every token.
type denseForm struct{ limit int }

// denseOutputs are the tensors of the last layer, which every graph has.
var denseOutputs = []string{outputLogits, outputBoxes, outputCenterness}

func (f denseForm) batch(queries []query) *batch { return newBatch(queries, f.limit, nil) }

func (f denseForm) outputs() []string { return denseOutputs }

func (f denseForm) read(b *batch, outputs []ort.Tensor, p Parameters) ([]reading, error) {
	n := positions(b.shape)
	sizes := [3]int{n * b.tokens, n * 4, n} // of one query
	var data [3][]float32
	for i, t := range outputs {
		var err error
		if data[i], err = b.floats(t, denseOutputs[i], sizes[i]); err != nil {
			return nil, err
		}
	}
	out := make([]reading, len(b.queries))
	for i, q := range b.queries {
		part := func(j int) []float32 { return data[j][i*sizes[j]:][:sizes[j]] }
		dense := output{logits: part(0), deltas: part(1), centerness: part(2), tokens: b.tokens}
		out[i].found, out[i].best = p.detect(dense, q.frame, q.columns)
		out[i].sound = !slices.ContainsFunc(dense.centerness, isNaN) && !slices.ContainsFunc(dense.logits, isNaN)
	}
	return out, nil
}

func isNaN(x float32) bool { return x != x }

// candidateForm returns the best pairs of position and phrase of each level.
type candidateForm struct{ limit int }

func (f candidateForm) batch(queries []query) *batch {
	tokens := textBucket(longest(queries), f.limit)
	return newBatch(queries, tokens, selectPhrases(queries, tokens))
}

func (f candidateForm) outputs() []string {
	return []string{outputScores, outputPlaces, outputEdges, outputBest, outputSound}
}

func (f candidateForm) read(b *batch, outputs []ort.Tensor, p Parameters) ([]reading, error) {
	c, err := f.parse(b, outputs)
	if err != nil {
		return nil, err
	}
	out := make([]reading, len(b.queries))
	for i, q := range b.queries {
		if isNaN(c.sound[i]) {
			continue
		}
		found, err := c.detections(i, q)
		if err != nil {
			return nil, err
		}
		best := c.best[i*c.phrases:][:len(q.columns)]
		out[i] = reading{found: p.keep(found, q.frame), best: slices.Clone(best), sound: true}
	}
	return out, nil
}

// choice is the answer of a graph that picks candidates: of each query first
// those of P3, then those of the other levels.
type choice struct {
	grids   [levels]grid
	phrases int // K
	size    int // C

	scores, edges, best, sound []float32
	places                     []int32
}

// parse checks the outputs of a batch.
func (f candidateForm) parse(b *batch, outputs []ort.Tensor) (*choice, error) {
	c := &choice{grids: grids(b.shape), phrases: b.selection.phrases}
	for level := range c.grids {
		c.size += c.count(level)
	}
	names := f.outputs()
	places, err := ort.Values[int32](outputs[1])
	if err == nil {
		c.places, err = places, b.check(outputs[1], names[1], len(places), c.size)
	}
	if err != nil {
		return nil, err
	}
	for i, into := range map[int]struct {
		values *[]float32
		size   int
	}{0: {&c.scores, c.size}, 2: {&c.edges, 4 * c.size}, 3: {&c.best, c.phrases}, 4: {&c.sound, 1}} {
		if *into.values, err = b.floats(outputs[i], names[i], into.size); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// count returns how many candidates of a level the graph returns.
func (c *choice) count(level int) int {
	return min(preNMSTop, c.grids[level].positions()*c.phrases)
}

// detections returns the candidates of query i, with boxes in pixels of the
// resized image.
func (c *choice) detections(i int, q query) ([]detection, error) {
	var found []detection
	first := i * c.size
	for level, g := range c.grids {
		for n := first; n < first+c.count(level) && c.scores[n] > 0; n++ {
			place := int(c.places[n])
			if place < 0 || place >= g.positions()*c.phrases || place%c.phrases >= len(q.columns) {
				return nil, fmt.Errorf("glip: output %s has place %d on level %d", outputPlaces, place, level)
			}
			e := c.edges[4*n:][:4]
			d := detection{
				phrase: int32(place % c.phrases), level: int32(level), position: int32(place / c.phrases),
				score: c.scores[n], box: box{e[0], e[1], e[2], e[3]},
			}
			if !d.box.isNaN() {
				found = append(found, d)
			}
		}
		first += c.count(level)
	}
	return found, nil
}
