package glip

import (
	"cmp"
	"context"
	"encoding/binary"
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

// Values implements tensorSource.
func (n noise) Values(name string) ([]float32, error) {
	values := make([]float32, elements([]TensorSpec{{name, n.shapes[name]}}))
	n.fill(name, func(i int, v float32) { values[i] = v }, len(values))
	return values, n.ctx.Err()
}

// Stream implements tensorSource.
func (n noise) Stream(name string, w io.Writer) error {
	count := int(elements([]TensorSpec{{name, n.shapes[name]}}))
	const chunk = 1 << 14
	buffer := make([]byte, 0, 4*chunk)
	var err error
	n.fill(name, func(i int, v float32) {
		buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
		if len(buffer) == cap(buffer) || i == count-1 {
			if err == nil {
				err = cmp.Or(n.ctx.Err(), writeAll(w, buffer))
			}
			buffer = buffer[:0]
		}
	}, count)
	return err
}

func writeAll(w io.Writer, data []byte) error {
	_, err := w.Write(data)
	return err
}

// fill hands count values to set: the constant that training begins with for
// vectors, and for others uniform noise with the variance 1/fan-in.
func (n noise) fill(name string, set func(i int, v float32), count int) {
	shape := n.shapes[name]
	if len(shape) < 2 {
		v := initial(name)
		for i := range count {
			set(i, v)
		}
		return
	}
	fanIn := count / shape[0]
	if strings.Contains(name, "embedding") || strings.HasSuffix(name, "_table") {
		fanIn = 2500 // a deviation of 0.02
	}
	scale := float32(2 * math.Sqrt(3/float64(fanIn)))
	h := fnv.New64a()
	io.WriteString(h, name)
	r := rand.NewPCG(n.seed, h.Sum64())
	for i := range count {
		set(i, (float32(r.Uint64()>>40)/(1<<24)-0.5)*scale)
	}
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
