package glip

import (
	"github.com/groundmill/groundmill/teacher/onnx"
)

// Epsilons of the normalisations.
const (
	visionEpsilon = 1e-5
	bertEpsilon   = 1e-12
)

// project multiplies the last axis with a [out,in] weight, without bias.
func (b *builder) project(x onnx.Value, weight string) onnx.Value {
	return b.op("MatMul", x, b.linearWeight(weight))
}

// linear applies a linear layer to the last axis.
func (b *builder) linear(x onnx.Value, prefix string) onnx.Value {
	return b.op("Add", b.project(x, prefix+".weight"), b.weight(prefix+".bias"))
}

// layerNorm normalises the last axis.
func (b *builder) layerNorm(x onnx.Value, prefix string, epsilon float32) onnx.Value {
	return b.Op("LayerNormalization", []onnx.Value{x, b.weight(prefix + ".weight"), b.weight(prefix + ".bias")},
		onnx.Int("axis", -1), onnx.Float("epsilon", epsilon))
}

// gelu is the exact form, not the tanh approximation.
func (b *builder) gelu(x onnx.Value) onnx.Value { return b.op("Gelu", x) }

// conv applies a convolution with a square kernel.
func (b *builder) conv(x onnx.Value, prefix string, kernel, stride, pad int64) onnx.Value {
	return b.Op("Conv", []onnx.Value{x, b.weight(prefix + ".weight"), b.weight(prefix + ".bias")},
		onnx.Ints("kernel_shape", kernel, kernel), onnx.Ints("strides", stride, stride), onnx.Ints("pads", pad, pad, pad, pad))
}

// hardSigmoid is min(max(x+3, 0), 6)/6.
func (b *builder) hardSigmoid(x onnx.Value) onnx.Value {
	return b.Op("HardSigmoid", []onnx.Value{x}, onnx.Float("alpha", 1.0/6), onnx.Float("beta", 0.5))
}

func (b *builder) cast(x onnx.Value, to onnx.DType) onnx.Value {
	return b.Op("Cast", []onnx.Value{x}, onnx.Int("to", int64(to)))
}

func (b *builder) softmax(x onnx.Value) onnx.Value {
	return b.Op("Softmax", []onnx.Value{x}, onnx.Int("axis", -1))
}

func (b *builder) transpose(x onnx.Value, perm ...int64) onnx.Value {
	return b.Op("Transpose", []onnx.Value{x}, onnx.Ints("perm", perm...))
}

// reshape follows ONNX: 0 keeps a dimension, -1 is what remains.
func (b *builder) reshape(x onnx.Value, shape ...int64) onnx.Value {
	return b.op("Reshape", x, b.Ints(shape...))
}

func (b *builder) concat(axis int64, parts ...onnx.Value) onnx.Value {
	return b.Op("Concat", parts, onnx.Int("axis", axis))
}

// slice takes [from,to) of one axis; the bounds are int64 vectors of length 1.
func (b *builder) slice(x onnx.Value, axis int64, from, to onnx.Value) onnx.Value {
	return b.op("Slice", x, from, to, b.Ints(axis))
}

// sliceAt is slice with bounds known now.
func (b *builder) sliceAt(x onnx.Value, axis, from, to int64) onnx.Value {
	return b.slice(x, axis, b.Ints(from), b.Ints(to))
}

// gather picks entries of one axis by index.
func (b *builder) gather(x, indices onnx.Value, axis int64) onnx.Value {
	return b.Op("Gather", []onnx.Value{x, indices}, onnx.Int("axis", axis))
}

// gatherRows picks rows of x [B,R,C] by indices [B,M], for each of the batch its
// own: [B,M,C].
func (b *builder) gatherRows(x, rows onnx.Value) onnx.Value {
	return b.Op("GatherND", []onnx.Value{x, b.unsqueeze(rows, 2)}, onnx.Int("batch_dims", 1))
}

// unsqueeze inserts axes of length 1.
func (b *builder) unsqueeze(x onnx.Value, axes ...int64) onnx.Value {
	return b.op("Unsqueeze", x, b.Ints(axes...))
}

// shape returns the dimensions of x from the given axis on, as int64 vector.
func (b *builder) shape(x onnx.Value, from int64) onnx.Value {
	return b.Op("Shape", []onnx.Value{x}, onnx.Int("start", from))
}

// dim returns one dimension of x as int64 vector of length 1.
func (b *builder) dim(x onnx.Value, axis int64) onnx.Value {
	return b.Op("Shape", []onnx.Value{x}, onnx.Int("start", axis), onnx.Int("end", axis+1))
}

// count returns the vector 0, 1, …, n-1 for an int64 vector n of length 1.
func (b *builder) count(n onnx.Value) onnx.Value {
	return b.op("Range", b.IntScalar(0), b.op("Squeeze", n), b.IntScalar(1))
}
