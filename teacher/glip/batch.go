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
	pixmaps []*pixmap // distinct, in order of their first query
	images  []int64   // the pixmap of each query
	shape   teacher.Shape
	tokens  int // to which texts are padded

	selection *selection // nil for graphs that score every token
}

// newBatch joins at least one query; texts are padded to the given number of
// tokens.
func newBatch(queries []query, tokens int, s *selection) *batch {
	b := &batch{queries: queries, shape: queries[0].shape, tokens: tokens, selection: s}
	for _, q := range queries {
		at := slices.Index(b.pixmaps, q.pixmap)
		if at < 0 {
			at = len(b.pixmaps)
			b.pixmaps = append(b.pixmaps, q.pixmap)
		}
		b.images = append(b.images, int64(at))
	}
	return b
}

// longest returns the length of the longest text.
func longest(queries []query) (tokens int) {
	for _, q := range queries {
		tokens = max(tokens, len(q.ids))
	}
	return tokens
}

// run returns the named outputs of the model. threshold is for graphs that pick
// candidates.
func (b *batch) run(ctx context.Context, s Session, threshold float32, outputs []string) ([]ort.Tensor, error) {
	buffer := pixelBuffers.Get().(*[]uint8)
	defer pixelBuffers.Put(buffer)
	return s.Run(ctx, b.inputs(buffer, threshold), outputs)
}

// inputs returns what the graph is given; the pixels use the buffer.
func (b *batch) inputs(buffer *[]uint8, threshold float32) []ort.Tensor {
	inputs := []ort.Tensor{
		b.pixels(buffer),
		b.sizes(),
		ort.NewTensor(inputImages, b.images, b.count()),
		b.text(inputIDs, func(q query) []int64 { return q.ids }),
		b.text(inputMask, func(q query) []int64 { return q.mask }),
	}
	if b.selection != nil {
		inputs = append(inputs, b.selection.tensors(threshold)...)
	}
	return inputs
}

// pixels copies the pixmaps into the top left corners of their frames. What
// surrounds them is left as it is: the graph ignores it.
func (b *batch) pixels(buffer *[]uint8) ort.Tensor {
	size := 3 * b.shape.Height * b.shape.Width
	total := len(b.pixmaps) * size
	*buffer = slices.Grow((*buffer)[:0], total)[:total]
	for i, p := range b.pixmaps {
		frame := (*buffer)[i*size:]
		row := 3 * p.image.Width
		for y := range p.image.Height {
			copy(frame[3*y*b.shape.Width:], p.image.Pix[y*row:][:row])
		}
	}
	return ort.NewTensor(inputPixels, *buffer, int64(len(b.pixmaps)), int64(b.shape.Height), int64(b.shape.Width), 3)
}

func (b *batch) sizes() ort.Tensor {
	var data []int64
	for _, p := range b.pixmaps {
		data = append(data, int64(p.image.Height), int64(p.image.Width))
	}
	return ort.NewTensor(inputSizes, data, int64(len(b.pixmaps)), 2)
}

// text joins a row of integers per query, padded with zeros.
func (b *batch) text(name string, row func(query) []int64) ort.Tensor {
	data := make([]int64, len(b.queries)*b.tokens)
	for i, q := range b.queries {
		copy(data[i*b.tokens:], row(q))
	}
	return ort.NewTensor(name, data, b.count(), int64(b.tokens))
}

func (b *batch) count() int64 { return int64(len(b.queries)) }

// floats returns the elements of an output of so many values per query. The
// error says how the tensor is unlike what a teacher returns.
func (b *batch) floats(t ort.Tensor, name string, size int) ([]float32, error) {
	values, err := ort.Values[float32](t)
	if err != nil {
		return nil, err
	}
	return values, b.check(t, name, len(values), size)
}

func (b *batch) check(t ort.Tensor, name string, got, size int) error {
	if got != len(b.queries)*size {
		return fmt.Errorf("glip: output %s has shape %v, want %d values for each of %d texts", name, t.Shape, size, len(b.queries))
	}
	return nil
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
