package glip

import (
	"math"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// fuse lets every position of the image and every token attend to each other
// (mb/utils/fuse_helper.py, BiMultiHeadAttention and BiAttentionBlockForCheckpoint).
//
// With v [N,C] the normalised image, t [L,D] the normalised text and, per head,
// query Q, key K, value projections X (image) and Y (text), and output
// projections O (image) and P (text), the official code computes
//
//	A  = (v·Qᵀ+q)·(t·Kᵀ+k)ᵀ          dv = softmax_L(A)·(t·Yᵀ+y)·Oᵀ
//	                                 dt = softmax_N(Aᵀ)·(v·Xᵀ+x)·Pᵀ
//
// The projections of v cost most, N being some 20,000. Multiplying in another
// order moves them to the text's side, where L is some 30 tokens:
//
//	A  = v·((t·Kᵀ+k)·Q)ᵀ + q·(t·Kᵀ+k)ᵀ     dv = softmax_L(A)·((t·Yᵀ+y)·Oᵀ)
//	                                       dt = ((softmax_N(Aᵀ)·v)·Xᵀ+x)·Pᵀ
//
// because the rows of a softmax add up to one. The sum differs from the
// official one by rounding alone.
//
// OptimizeNone keeps the official order (graph_fusion_plain.go).
func (b *builder) fuse(p pyramid, t text, prefix string) (pyramid, text) {
	prefix += "b_attn."
	v := b.layerNorm(b.flatten(p), prefix+"layer_norm_v", visionEpsilon)
	l := b.layerNorm(t.hidden, prefix+"layer_norm_l", visionEpsilon)
	f := fusion{b, prefix + "attn.", int64(b.arch.Channels), int64(b.arch.FusionEmbed / fusionHeads)}

	var dv, dt onnx.Value
	if b.options.optimize == OptimizeFull {
		scores := f.scores(v, l)
		dv, dt = f.image(scores, l, t, prefix), f.text(scores, v)
	} else {
		dv, dt = f.plain(v, l, t, prefix)
	}
	dt = b.op("Mul", dt, b.weight(prefix+"gamma_l"))

	// The residual starts from the normalised tensors, not from the inputs.
	t.hidden = b.op("Add", l, dt)
	return b.unflatten(b.op("Add", v, dv), p), t
}

// fusion builds one attention between image and text.
type fusion struct {
	*builder
	prefix   string
	channels int64 // C
	width    int64 // of one head
}

// scores returns A as [B,N,heads·L].
func (f fusion) scores(v, l onnx.Value) onnx.Value {
	key := f.perHead(f.linear(l, f.prefix+"l_proj"))
	key = f.op("Mul", key, f.Floats(float32(1/math.Sqrt(float64(f.width)))))
	query := f.reshaped(f.prefix+"v_proj.weight", fusionHeads, int(f.width), int(f.channels))
	keys := f.reshape(f.op("MatMul", key, query), 0, -1, f.channels) // [B,heads·L,C]
	bias := f.op("MatMul", key, f.reshaped(f.prefix+"v_proj.bias", fusionHeads, int(f.width), 1))
	scores := f.product(v, f.transpose(keys, 0, 2, 1))
	scores = f.op("Add", scores, f.reshape(bias, 0, 1, -1))
	if f.options.precision == Half {
		scores = f.op("Clip", scores, f.Floats(-50000), f.Floats(50000))
	}
	return scores
}

// product multiplies in float16, if the model is to: a and the result have a row
// for each position of the image.
func (f fusion) product(a, b onnx.Value) onnx.Value {
	if f.options.precision != Half {
		return f.op("MatMul", a, b)
	}
	a, b = f.cast(a, onnx.Float16), f.cast(b, onnx.Float16)
	return f.cast(f.op("MatMul", a, b), onnx.Float32)
}

// image returns gamma_v·dv as [B,N,C]. Padding tokens are masked.
func (f fusion) image(scores, l onnx.Value, t text, block string) onnx.Value {
	split := f.op("Reshape", scores, f.concat(0, f.Ints(0, 0, fusionHeads), f.dim(l, 1)))
	attention := f.softmax(f.op("Add", split, t.absent)) // [B,N,heads,L]
	attention = f.op("Reshape", attention, f.shape(scores, 0))

	gamma := f.weight(block + "gamma_v")
	out := f.transposedHeads(f.prefix+"out_v_proj.weight", int(f.channels))
	value := f.op("MatMul", f.perHead(f.linear(l, f.prefix+"values_l_proj")), out)
	value = f.op("Mul", f.reshape(value, 0, -1, f.channels), gamma)
	bias := f.op("Mul", f.weight(f.prefix+"out_v_proj.bias"), gamma)
	return f.op("Add", f.product(attention, value), bias)
}

// text returns dt as [B,L,D]. The softmax runs over all positions, unmasked.
func (f fusion) text(scores, v onnx.Value) onnx.Value {
	attention := f.softmax(f.transpose(scores, 0, 2, 1)) // [B,heads·L,N]
	seen := f.reshape(f.op("MatMul", attention, v), 0, fusionHeads, -1, f.channels)
	value := f.transposed(f.prefix+"values_v_proj.weight", fusionHeads, int(f.width), int(f.channels))
	seen = f.op("MatMul", seen, value)
	seen = f.op("Add", seen, f.reshaped(f.prefix+"values_v_proj.bias", fusionHeads, 1, int(f.width)))
	return f.linear(f.reshape(f.transpose(seen, 0, 2, 1, 3), 0, 0, fusionHeads*f.width), f.prefix+"out_l_proj")
}

// perHead turns [B,L,E] into [B,heads,L,width].
func (f fusion) perHead(x onnx.Value) onnx.Value {
	return f.transpose(f.reshape(x, 0, 0, fusionHeads, f.width), 0, 2, 1, 3)
}

// transposedHeads adds an output projection, stored [out,E], as
// [heads,width,out].
func (f fusion) transposedHeads(name string, out int) onnx.Value {
	return f.reshape(f.linearWeight(name), fusionHeads, f.width, int64(out))
}

// flatten joins the maps to [B,N,C], level after level.
func (b *builder) flatten(p pyramid) onnx.Value {
	var flat []onnx.Value
	for _, m := range p.maps {
		flat = append(flat, b.reshape(m, 0, int64(b.arch.Channels), -1))
	}
	return b.transpose(b.concat(2, flat...), 0, 2, 1)
}

// unflatten cuts [B,N,C] into maps of the sizes of p.
func (b *builder) unflatten(x onnx.Value, p pyramid) pyramid {
	parts := b.Ops("Split", levels, []onnx.Value{b.transpose(x, 0, 2, 1), b.concat(0, p.cells[:]...)}, onnx.Int("axis", 2))
	var maps [levels]onnx.Value
	for i, part := range parts {
		maps[i] = b.op("Reshape", part, p.shapes[i])
	}
	return p.with(maps)
}
