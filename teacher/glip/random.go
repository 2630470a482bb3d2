package glip

import (
	"cmp"
	"context"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/groundmill/groundmill/teacher/onnx"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// RandomOptions says what Random writes. Zero values mean the defaults of
// ImportOptions.
type RandomOptions struct {
	Architecture Architecture
	Output       string // the .onnx file
	Name         string // default "random"
	Seed         uint64
	MinSize      int
	MaxSize      int
	Optimize     Optimization
	Precision    Precision
}

// Random writes a model of random weights, which labels nothing but costs what a
// trained one of its architecture does: to measure a machine before a checkpoint
// is at hand. It reads captions if it has as many word pieces as
// bert-base-uncased. Equal options give equal files.
func Random(ctx context.Context, o RandomOptions) (*onnx.Written, error) {
	if err := o.Architecture.validate(); err != nil {
		return nil, err
	}
	meta := metadata{
		name: cmp.Or(o.Name, "random"), architecture: o.Architecture, source: "random",
		optimize: cmp.Or(o.Optimize, OptimizeFull), precision: cmp.Or(o.Precision, Single),
		sizes: sizes{cmp.Or(o.MinSize, DefaultMinSize), cmp.Or(o.MaxSize, DefaultMaxSize)},
	}
	if official := wordpiece.UncasedVocab(); len(official) == o.Architecture.BERT.Vocabulary {
		meta.vocabulary = official
	}
	if err := meta.validate(); err != nil {
		return nil, err
	}
	graph, err := buildGraph(o.Architecture, newNoise(ctx, o), graphOptions{optimize: meta.optimize, precision: meta.precision})
	if err != nil {
		return nil, err
	}
	return writeModel(graph, meta, o.Output, onnx.WriteOptions{})
}

// noise is a tensorSource of random values whose sizes keep activations near
// one: what a tensor holds follows from its name and the seed.
type noise struct {
	ctx    context.Context
	seed   uint64
	shapes map[string][]int
}

func newNoise(ctx context.Context, o RandomOptions) noise {
	n := noise{ctx, o.Seed, map[string][]int{}}
	for _, s := range SpecFor(o.Architecture) {
		n.shapes[s.Name] = s.Shape
	}
	return n
}

// Shape implements tensorSource.
func (n noise) Shape(name string) []int { return n.shapes[name] }

// Values implements tensorSource: the constant that training begins with for
// vectors, and for others uniform noise with the variance 1/fan-in.
func (n noise) Values(name string) ([]float32, error) {
	shape := n.shapes[name]
	values := make([]float32, elements([]TensorSpec{{name, shape}}))
	if len(shape) < 2 {
		for i := range values {
			values[i] = initial(name)
		}
		return values, n.ctx.Err()
	}
	fanIn := len(values) / shape[0]
	if strings.Contains(name, "embedding") || strings.HasSuffix(name, "_table") {
		fanIn = 2500 // a deviation of 0.02
	}
	scale := float32(2 * math.Sqrt(3/float64(fanIn)))
	h := fnv.New64a()
	io.WriteString(h, name)
	r := rand.NewPCG(n.seed, h.Sum64())
	for i := range values {
		values[i] = (float32(r.Uint64()>>40)/(1<<24) - 0.5) * scale
	}
	return values, n.ctx.Err()
}

// Stream implements tensorSource.
func (n noise) Stream(name string, w io.Writer) error {
	values, err := n.Values(name)
	if err != nil {
		return err
	}
	return writeFloats(w, values)
}

// initial is the value of a vector before training.
func initial(name string) float32 {
	switch {
	case strings.Contains(name, "gamma_"):
		return 0.125
	case strings.HasSuffix(name, ".weight") || strings.HasSuffix(name, ".scale"):
		return 1
	case strings.HasSuffix(name, "bias0"):
		return -4.6 // ln(0.01/0.99): nothing is found but by chance
	}
	return 0
}
