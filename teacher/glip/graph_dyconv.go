package glip

import (
	"fmt"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// Which of a DyConv's three convolutions looks at which level.
const (
	fromAbove = iota // the coarser level, enlarged
	fromOwn
	fromBelow // the finer level, with stride 2
)

// dyConv is one block of the dynamic head (Dai et al., arXiv 2106.08322;
// mb/modeling/rpn/vldyhead.py, DyConv): every level gets the mean of deformable
// convolutions of itself and its neighbours, each weighted by its content, then
// an activation that depends on the content. All levels are computed from the
// block's input.
func (b *builder) dyConv(p pyramid, prefix string) pyramid {
	d := dyConv{b, p, prefix}
	var out [levels]onnx.Value
	for level := range levels {
		out[level] = d.level(level)
	}
	return p.with(out)
}

// dyConv builds one block.
type dyConv struct {
	*builder
	pyramid
	prefix string
}

func (d dyConv) level(level int) onnx.Value {
	f := d.maps[level]
	sampling := d.conv(f, d.prefix+"offset", 3, 1, 1)
	offset := d.sliceAt(sampling, 1, 0, 2*taps)
	mask := d.op("Sigmoid", d.sliceAt(sampling, 1, 2*taps, 3*taps))

	terms := []onnx.Value{d.term(fromOwn, f, offset, mask, 1, d.shapes[level])}
	if level > 0 {
		terms = append(terms, d.term(fromBelow, d.maps[level-1], offset, mask, 2, d.shapes[level]))
	}
	if level < levels-1 {
		terms = append(terms, d.above(level, offset, mask))
	}
	return d.activate(d.mean(terms))
}

// above is the term of the coarser level. It is sampled with the offsets of
// the finer level, of which the official kernel reads as many values as it
// needs from the start of the buffer, as if they had the coarser level's shape
// (mb/csrc/cuda/deform_conv_kernel_cuda.cu checks no sizes). The released
// weights were trained so.
func (d dyConv) above(level int, offset, mask onnx.Value) onnx.Value {
	offset = d.reinterpret(offset, 2*taps, level+1)
	mask = d.reinterpret(mask, taps, level+1)
	x := d.term(fromAbove, d.maps[level+1], offset, mask, 1, d.shapes[level+1])
	return d.bilinear(x, d.shapes[level])
}

// reinterpret reads the first channels·H·W values of each image's x as a map of
// the size of a level.
func (d dyConv) reinterpret(x onnx.Value, channels int64, level int) onnx.Value {
	flat := d.reshape(x, 0, -1)
	flat = d.slice(flat, 1, d.Ints(0), d.op("Mul", d.cells[level], d.Ints(channels)))
	return d.op("Reshape", flat, d.concat(0, d.Ints(0, channels), d.shape(d.maps[level], 2)))
}

// term is a deformable convolution and its group norm.
func (d dyConv) term(which int, x, offset, mask onnx.Value, stride int64, shape onnx.Value) onnx.Value {
	prefix := fmt.Sprintf("%sDyConv.%d.", d.prefix, which)
	x = d.Op("DeformConv", []onnx.Value{x, d.weight(prefix + "conv.weight"), offset, d.weight(prefix + "conv.bias"), mask},
		onnx.Ints("kernel_shape", 3, 3), onnx.Ints("strides", stride, stride), onnx.Ints("pads", 1, 1, 1, 1))
	return d.groupNorm(x, prefix+"bn", shape)
}

// groupNorm normalises each of 16 groups of channels over all positions.
func (b *builder) groupNorm(x onnx.Value, prefix string, shape onnx.Value) onnx.Value {
	ones, zeros := make([]float32, normGroups), make([]float32, normGroups)
	for i := range ones {
		ones[i] = 1
	}
	x = b.reshape(x, 0, normGroups, -1)
	x = b.Op("InstanceNormalization", []onnx.Value{x, b.Floats(ones...), b.Floats(zeros...)}, onnx.Float("epsilon", visionEpsilon))
	x = b.op("Reshape", x, shape)
	x = b.op("Mul", x, b.reshaped(prefix+".weight", b.arch.Channels, 1, 1))
	return b.op("Add", x, b.reshaped(prefix+".bias", b.arch.Channels, 1, 1))
}

// mean weights each term by a gate in [0.5,1] and divides by their number, not
// by the sum of the gates.
func (d dyConv) mean(terms []onnx.Value) onnx.Value {
	var sum onnx.Value
	for _, term := range terms {
		gate := d.conv(d.op("GlobalAveragePool", term), d.prefix+"AttnConv.1", 1, 1, 0)
		gate = d.hardSigmoid(d.op("Relu", gate))
		gate = d.op("Mul", gate, d.Floats(1/float32(len(terms))))
		if term = d.op("Mul", term, gate); sum != "" {
			term = d.op("Add", sum, term)
		}
		sum = term
	}
	return sum
}

// activate is DyReLU (Chen et al., arXiv 2003.10027; mb/layers/dyrelu.py):
// max(y·a1+b1, y·a2+b2) with coefficients computed from y's average.
func (d dyConv) activate(y onnx.Value) onnx.Value {
	c := int64(d.arch.Channels)
	z := d.reshape(d.op("GlobalAveragePool", y), 0, c)
	z = d.op("Relu", d.linear(z, d.prefix+"relu.fc.0"))
	z = d.hardSigmoid(d.linear(z, d.prefix+"relu.fc.2"))
	z = d.reshape(z, 0, 4, c, 1, 1)
	// Blocks a1, b1, a2, b2: (z-0.5)·scale + start.
	scale := d.FloatTensor([]int64{4, 1, 1, 1}, []float32{2, 1, 2, 1})
	start := d.FloatTensor([]int64{4, 1, 1, 1}, []float32{1, 0, 0, 0})
	z = d.op("Add", d.op("Mul", d.op("Sub", z, d.Floats(0.5)), scale), start)
	part := d.Ops("Split", 4, []onnx.Value{z}, onnx.Int("axis", 1), onnx.Int("num_outputs", 4))
	for i := range part {
		part[i] = d.op("Squeeze", part[i], d.Ints(1))
	}
	return d.op("Max", d.op("Add", d.op("Mul", y, part[0]), part[1]), d.op("Add", d.op("Mul", y, part[2]), part[3]))
}
