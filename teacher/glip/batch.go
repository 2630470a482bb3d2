package glip

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/ort"
)

// Session runs a model file. *ort.Session is one.
type Session interface {
	// Metadata returns the properties of the model file.
	Metadata() map[string]string
	// Outputs describes the tensors that Run can return.
	Outputs() []ort.ValueInfo
	// Run computes the named outputs, in that order. It neither keeps nor
	// changes the inputs, and may be called from several goroutines.
	Run(ctx context.Context, inputs []ort.Tensor, outputs []string) ([]ort.Tensor, error)
	Close() error
}

// pixelBuffers are reused between batches: a full batch of 800×1333 images is
// tens of megabytes.
var pixelBuffers = sync.Pool{New: func() any { return new([]uint8) }}

// query is an example's image with one of its prompts.
type query struct {
	*prepared
	prompt
	example int // its place among the examples
}

// queries lists the first prompts of all examples and then, example by example,
// the further ones, so that a long caption changes no other example's batch.
func queries(examples []*prepared) []query {
	var first, further []query
	for i, p := range examples {
		for j, prompt := range p.prompts {
			q := query{prepared: p, prompt: prompt, example: i}
			if j == 0 {
				first = append(first, q)
			} else {
				further = append(further, q)
			}
		}
	}
	return append(first, further...)
}

// batch is queries of one padded shape on their way through the model.
type batch struct {
	queries []query
	shape   teacher.Shape
	tokens  int // length of the longest text
}

// newBatch joins at least one query.
func newBatch(queries []query) batch {
	b := batch{queries: queries, shape: queries[0].shape}
	for _, q := range queries {
		b.tokens = max(b.tokens, len(q.ids))
	}
	return b
}

// run returns the named outputs of the model.
func (b batch) run(ctx context.Context, s Session, outputs []string) ([]ort.Tensor, error) {
	buffer := pixelBuffers.Get().(*[]uint8)
	defer pixelBuffers.Put(buffer)
	inputs := []ort.Tensor{
		b.pixels(buffer),
		b.sizes(),
		b.text(inputIDs, func(q query) []int64 { return q.ids }),
		b.text(inputMask, func(q query) []int64 { return q.mask }),
	}
	return s.Run(ctx, inputs, outputs)
}

// pixels copies the images into the top left corners of their frames. What
// surrounds them is left as it is: the graph ignores it.
func (b batch) pixels(buffer *[]uint8) ort.Tensor {
	size := 3 * b.shape.Height * b.shape.Width
	total := len(b.queries) * size
	*buffer = slices.Grow((*buffer)[:0], total)[:total]
	for i, q := range b.queries {
		frame := (*buffer)[i*size:]
		row := 3 * q.image.Width
		for y := range q.image.Height {
			copy(frame[3*y*b.shape.Width:], q.image.Pix[y*row:][:row])
		}
	}
	return ort.NewTensor(inputPixels, *buffer, b.count(), int64(b.shape.Height), int64(b.shape.Width), 3)
}

func (b batch) sizes() ort.Tensor {
	var data []int64
	for _, q := range b.queries {
		data = append(data, int64(q.image.Height), int64(q.image.Width))
	}
	return ort.NewTensor(inputSizes, data, b.count(), 2)
}

// text joins a row of integers per query, padded with zeros to the longest.
func (b batch) text(name string, row func(query) []int64) ort.Tensor {
	data := make([]int64, len(b.queries)*b.tokens)
	for i, q := range b.queries {
		copy(data[i*b.tokens:], row(q))
	}
	return ort.NewTensor(name, data, b.count(), int64(b.tokens))
}

func (b batch) count() int64 { return int64(len(b.queries)) }

// headOutputs are what the post-processing needs.
var headOutputs = []string{outputLogits, outputBoxes, outputCenterness}

// split cuts the tensors of headOutputs into one output per query. The error
// says how a tensor is unlike what a teacher returns.
func (b batch) split(tensors []ort.Tensor) ([]output, error) {
	positions := 0
	for _, g := range grids(b.shape) {
		positions += g.positions()
	}
	sizes := [3]int{positions * b.tokens, positions * 4, positions} // of one image
	var data [3][]float32
	for i, t := range tensors {
		values, err := ort.Values[float32](t)
		if err != nil {
			return nil, err
		}
		if len(values) != len(b.queries)*sizes[i] {
			return nil, fmt.Errorf("glip: output %s has shape %v, want %d values for each of %d images", headOutputs[i], t.Shape, sizes[i], len(b.queries))
		}
		data[i] = values
	}
	out := make([]output, len(b.queries))
	for i := range out {
		part := func(j int) []float32 { return data[j][i*sizes[j]:][:sizes[j]] }
		out[i] = output{logits: part(0), deltas: part(1), centerness: part(2), tokens: b.tokens}
	}
	return out, nil
}

// sameShape returns the examples as this package's own examples, or says why it is
// not one batch.
func sameShape(examples []teacher.Prepared) ([]*prepared, error) {
	own := make([]*prepared, len(examples))
	for i, b := range examples {
		p, ok := b.(*prepared)
		if !ok {
			return nil, fmt.Errorf("glip: example %d of the batch was prepared by another teacher (%T)", i, b)
		}
		if p.shape != examples[0].Shape() {
			return nil, fmt.Errorf("glip: example %d of the batch has shape %v, the first %v", i, p.shape, examples[0].Shape())
		}
		own[i] = p
	}
	return own, nil
}
