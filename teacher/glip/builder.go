package glip

import (
	"fmt"
	"io"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// tensorSource gives the tensors of a checkpoint that has passed Infer.
type tensorSource interface {
	// Shape returns a tensor's shape.
	Shape(name string) []int
	// Stream writes a tensor as little-endian float32 in C order.
	Stream(name string, w io.Writer) error
	// Values returns a tensor as float32 in C order.
	Values(name string) ([]float32, error)
}

// builder writes the parts of a GLIP into a graph. Its methods are the layers
// that the parts share; tensors of the checkpoint become initializers the first
// time they are used.
type builder struct {
	*onnx.Graph
	arch    Architecture
	weights tensorSource
	options graphOptions
	half    bool // the layers that follow compute in float16
	added   map[string]onnx.Value
	err     error // the first tensor that could not be read
}

func newBuilder(a Architecture, w tensorSource, o graphOptions) *builder {
	return &builder{Graph: onnx.NewGraph("glip"), arch: a, weights: w, options: o, added: map[string]onnx.Value{}}
}

// op is Graph.Op with its inputs first to read like a call.
func (b *builder) op(op string, inputs ...onnx.Value) onnx.Value { return b.Op(op, inputs) }

// tap makes an intermediate tensor an output of a debug model.
func (b *builder) tap(name string, v onnx.Value, rank int) {
	if !b.options.debug {
		return
	}
	if b.half {
		v = b.cast(v, onnx.Float32)
	}
	dims := make([]onnx.Dim, rank)
	for i := range dims {
		dims[i] = onnx.Free(fmt.Sprintf("%s_%d", name, i))
	}
	b.Output(name, v, onnx.Float32, dims...)
}

// weight adds a tensor of the checkpoint as it is.
func (b *builder) weight(name string) onnx.Value {
	return b.reshaped(name, b.weights.Shape(name)...)
}

// reshaped adds a tensor of the checkpoint under another shape of as many
// elements. A tensor must be used under one shape only.
func (b *builder) reshaped(name string, shape ...int) onnx.Value {
	return b.initializer(name, shape, func(w io.Writer) error { return b.weights.Stream(name, w) })
}

// linearWeight adds the weight of a linear layer, stored [out,in], as [in,out].
func (b *builder) linearWeight(name string) onnx.Value {
	shape := b.weights.Shape(name)
	return b.transposed(name, 1, shape[0], shape[1])
}

// transposed adds a tensor seen as [batch,rows,columns] as
// [batch,columns,rows]; a batch of one is left out.
func (b *builder) transposed(name string, batch, rows, columns int) onnx.Value {
	shape := []int{batch, columns, rows}
	if batch == 1 {
		shape = shape[1:]
	}
	return b.initializer(name+".T", shape, func(w io.Writer) error {
		values, err := b.weights.Values(name)
		if err != nil {
			return err
		}
		for i := range batch {
			if err := writeTransposed(w, values[i*rows*columns:][:rows*columns], columns); err != nil {
				return err
			}
		}
		return nil
	})
}

// derived adds a tensor that is computed from the checkpoint.
func (b *builder) derived(name string, shape []int, values func() ([]float32, error)) onnx.Value {
	return b.initializer(name, shape, func(w io.Writer) error {
		v, err := values()
		if err != nil {
			return err
		}
		return writeFloats(w, v)
	})
}

// initializer adds a tensor whose float32 values write gives, in the type that
// the layers around it compute in.
func (b *builder) initializer(name string, shape []int, write func(io.Writer) error) onnx.Value {
	if v, ok := b.added[name]; ok {
		return v
	}
	dims := make([]int64, len(shape))
	for i, d := range shape {
		dims[i] = int64(d)
	}
	t := onnx.Initializer{Name: name, DType: onnx.Float32, Shape: dims, Write: write}
	if b.half || b.storedInHalf(shape) {
		t.DType = onnx.Float16
		t.Write = func(w io.Writer) error { return write(&halfWriter{w: w, name: name}) }
	}
	v := b.Weight(t)
	if t.DType == onnx.Float16 && !b.half {
		v = b.cast(v, onnx.Float32)
	}
	b.added[name] = v
	return v
}

// value returns the only element of a tensor.
func (b *builder) value(name string) float32 {
	values, err := b.weights.Values(name)
	if err == nil && len(values) != 1 {
		err = fmt.Errorf("glip: tensor %s has %d elements, want 1", name, len(values))
	}
	if err != nil {
		if b.err == nil {
			b.err = err
		}
		return 0
	}
	return values[0]
}

func writeTransposed(w io.Writer, values []float32, columns int) error {
	rows := len(values) / columns
	line := make([]float32, rows)
	for c := range columns {
		for r := range rows {
			line[r] = values[r*columns+c]
		}
		if err := writeFloats(w, line); err != nil {
			return err
		}
	}
	return nil
}

func writeFloats(w io.Writer, values []float32) error {
	_, err := w.Write(onnx.AppendFloats(make([]byte, 0, 4*len(values)), onnx.Float32, values))
	return err
}
