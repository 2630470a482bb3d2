package glip

import (
	"fmt"
	"math"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// head runs the tower and the output layers (mb/modeling/rpn/vldyhead.py) and
// declares the graph's outputs.
func (b *builder) head(p pyramid, t text) {
	for block := range b.arch.Blocks {
		p, t = b.headBlock(p, t, block)
	}
	b.Scope("head/outputs")
	x := b.flatten(p) // [B,N,C]
	tokens, scored := b.tokens(t), onnx.Free("tokens")
	if b.options.optimize == OptimizeFull {
		scored = onnx.Free("columns")
		columns := b.Input(inputColumns, onnx.Int64, onnx.Free("batch"), scored)
		tokens = b.gatherRows(tokens, columns)
	}
	logits := b.logits(x, tokens)
	deltas, centerness := b.boxes(x, p)
	batch, positions := onnx.Free("batch"), onnx.Free("positions")
	b.Output(outputLogits, logits, onnx.Float32, batch, positions, scored)
	b.Output(outputBoxes, deltas, onnx.Float32, batch, positions, onnx.Fixed(4))
	b.Output(outputCenterness, centerness, onnx.Float32, batch, positions)
	if b.options.optimize == OptimizeFull {
		b.candidates(p, logits, deltas, centerness)
	}
}

// headBlock runs fusion, BERT layer and DyConv, or the DyConv alone without
// early fusion.
func (b *builder) headBlock(p pyramid, t text, block int) (pyramid, text) {
	if !b.arch.EarlyFusion() {
		b.Scope(fmt.Sprintf("head/%d", block))
		p = b.dyConv(p, towerIndex(block))
		b.tapTower(block, p, t)
		return p, t
	}
	b.Scope(fmt.Sprintf("head/%d/fusion", block))
	p, t = b.fuse(p, t, towerIndex(3*block))
	b.tapTower(3*block, p, t)
	b.Scope(fmt.Sprintf("head/%d/bert", block))
	t.hidden = b.bertLayer(t, towerIndex(3*block+1))
	b.tapTower(3*block+1, p, t)
	b.Scope(fmt.Sprintf("head/%d/dyconv", block))
	p = b.dyConv(p, towerIndex(3*block+2))
	b.tapTower(3*block+2, p, t)
	return p, t
}

// tapTower makes the state after one module of the tower visible.
func (b *builder) tapTower(module int, p pyramid, t text) {
	for level, m := range p.maps {
		b.tap(fmt.Sprintf("tower%d/visual%d", module, level), m, 4)
	}
	b.tap(fmt.Sprintf("tower%d/text", module), t.hidden, 3)
}

// tokens returns the text features that are compared with the image, one unit
// vector a token. Without fusion the padding is zero.
func (b *builder) tokens(t text) onnx.Value {
	e := t.hidden
	if !b.arch.EarlyFusion() {
		e = b.op("Mul", e, t.mask)
	}
	norm := b.Op("ReduceL2", []onnx.Value{e, b.Ints(-1)}, onnx.Int("keepdims", 1))
	return b.op("Div", e, b.op("Max", norm, b.Floats(1e-12)))
}

// logits is x·eᵀ/exp(log_scale) plus a bias per token: [B,N,M] for x [B,N,C] and
// token features e [B,M,D].
func (b *builder) logits(x, e onnx.Value) onnx.Value {
	projected := b.linear(b.op("Mul", e, b.Floats(0.5)), headPrefix+"dot_product_projection_text")
	scale := float32(math.Exp(-float64(b.value(headPrefix + "log_scale"))))
	projected = b.op("Mul", projected, b.Floats(scale))

	bias := b.op("MatMul", e, b.reshaped(headPrefix+"bias_lang", b.arch.BERT.Hidden, 1))
	bias = b.transpose(b.op("Add", bias, b.weight(headPrefix+"bias0")), 0, 2, 1)
	return b.op("Add", b.op("MatMul", x, b.transpose(projected, 0, 2, 1)), bias)
}

// boxes returns the box deltas [B,N,4], scaled per level, and the centerness
// [B,N].
func (b *builder) boxes(x onnx.Value, p pyramid) (deltas, centerness onnx.Value) {
	var scales []onnx.Value
	for level := range levels {
		scale := b.weight(fmt.Sprintf("%sscales.%d.scale", headPrefix, level))
		scales = append(scales, b.op("Expand", scale, p.cells[level]))
	}
	deltas = b.pointwise(x, headPrefix+"bbox_pred", 4)
	deltas = b.op("Mul", deltas, b.unsqueeze(b.concat(0, scales...), 1))
	centerness = b.op("Squeeze", b.pointwise(x, headPrefix+"centerness", 1), b.Ints(2))
	return deltas, centerness
}

// pointwise applies a 1×1 convolution to [B,N,C].
func (b *builder) pointwise(x onnx.Value, prefix string, out int) onnx.Value {
	y := b.op("MatMul", x, b.transposed(prefix+".weight", 1, out, b.arch.Channels))
	return b.op("Add", y, b.weight(prefix+".bias"))
}
