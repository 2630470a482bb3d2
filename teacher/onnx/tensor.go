package onnx

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/x448/float16"
)

// DType is an element type, numbered as TensorProto.DataType.
type DType int32

// The element types that this package writes.
const (
	Float32 DType = 1
	Uint8   DType = 2
	Int32   DType = 6
	Int64   DType = 7
	Float16 DType = 10
)

// Size returns the bytes of one element, 0 for an unknown type.
func (d DType) Size() int64 {
	switch d {
	case Float32, Int32:
		return 4
	case Float16:
		return 2
	case Uint8:
		return 1
	case Int64:
		return 8
	}
	return 0
}

// Initializer is a constant tensor of a graph: a weight, or a small constant.
type Initializer struct {
	Name  string
	DType DType
	Shape []int64 // empty for a scalar

	// Write streams the tensor's bytes: little-endian, C order, exactly Bytes()
	// of them. It may be called again for another file.
	Write func(w io.Writer) error
}

// Elements returns the number of elements, 1 for a scalar.
func (t *Initializer) Elements() int64 {
	n := int64(1)
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Bytes returns the size of the tensor's data.
func (t *Initializer) Bytes() int64 { return t.Elements() * t.DType.Size() }

// Weight adds an initializer whose bytes are produced while the model is
// written. The name must be new to the graph.
func (g *Graph) Weight(t Initializer) Value {
	t.Shape = slices.Clone(t.Shape)
	g.initializers = append(g.initializers, t)
	return Value(t.Name)
}

// Floats adds a float32 vector, or a scalar when it gets one value. Equal
// constants are one initializer.
func (g *Graph) Floats(values ...float32) Value {
	return g.FloatTensor(vectorShape(len(values)), values)
}

// FloatTensor adds a float32 constant of the given shape.
func (g *Graph) FloatTensor(shape []int64, values []float32) Value {
	return g.constant(Float32, shape, AppendFloats(nil, Float32, values))
}

// Halves is Floats for float16; values are rounded to the nearest.
func (g *Graph) Halves(values ...float32) Value {
	return g.HalfTensor(vectorShape(len(values)), values)
}

// HalfTensor is FloatTensor for float16.
func (g *Graph) HalfTensor(shape []int64, values []float32) Value {
	return g.constant(Float16, shape, AppendFloats(nil, Float16, values))
}

// AppendFloats appends values to b as the bytes of a tensor of type Float32 or
// Float16, the latter rounded to the nearest, ties to even.
func AppendFloats(b []byte, dtype DType, values []float32) []byte {
	for _, v := range values {
		if dtype == Float16 {
			b = binary.LittleEndian.AppendUint16(b, float16.Fromfloat32(v).Bits())
		} else {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b
}

// Ints adds an int64 vector; one value makes a vector of length one.
func (g *Graph) Ints(values ...int64) Value {
	return g.intTensor([]int64{int64(len(values))}, values)
}

// IntScalar adds an int64 of rank 0.
func (g *Graph) IntScalar(value int64) Value { return g.intTensor(nil, []int64{value}) }

func (g *Graph) intTensor(shape, values []int64) Value {
	b := make([]byte, 0, 8*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return g.constant(Int64, shape, b)
}

// constant adds data as an initializer, or returns the one that holds it
// already.
func (g *Graph) constant(dtype DType, shape []int64, data []byte) Value {
	key := fmt.Sprintf("%d%v%x", dtype, shape, data)
	if v, ok := g.constants[key]; ok {
		return v
	}
	v := g.Weight(Initializer{
		Name:  fmt.Sprintf("const_%d", len(g.constants)),
		DType: dtype,
		Shape: shape,
		Write: func(w io.Writer) error { _, err := w.Write(data); return err },
	})
	g.constants[key] = v
	return v
}

func vectorShape(n int) []int64 {
	if n == 1 {
		return nil
	}
	return []int64{int64(n)}
}
