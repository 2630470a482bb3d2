package glip

import (
	"github.com/groundmill/groundmill/teacher/onnx"
)

// preNMSTop is how many candidates of a level are kept, over all phrases
// (mb/config/defaults.py, MODEL.ATSS.PRE_NMS_TOP_N).
const preNMSTop = 1000

// candidates does inside the graph what mb/modeling/rpn/inference.py
// (ATSSPostProcessor.forward_for_single_feature_map) does for each level, so that
// a hundred kilobytes leave the device instead of twenty megabytes: the mean
// probability of each phrase's tokens, the threshold, the best pairs of position
// and phrase, and their boxes. Clipping and NMS are left to this package
// (postprocess.go). The operator takes the lower index first where scores are
// equal, so a level's order is that of byScore.
func (b *builder) candidates(p pyramid, logits, deltas, centerness onnx.Value) {
	b.Scope("head/candidates")
	batch, count := onnx.Free("batch"), onnx.Free("candidates")
	phrases := b.Input(inputPhrases, onnx.Float32, batch, onnx.Free("columns"), onnx.Free("phrases"))
	threshold := b.Input(inputThreshold, onnx.Float32, onnx.Fixed(1))

	mean := b.op("MatMul", b.op("Sigmoid", logits), phrases) // [B,N,K]
	quality := b.unsqueeze(b.op("Sigmoid", centerness), 2)
	square := b.op("Mul", mean, quality)
	candidate := b.op("And", b.op("Greater", mean, threshold), b.op("Greater", square, b.Floats(0)))
	ranked := b.op("Where", candidate, square, b.Floats(-1))

	cells := b.concat(0, p.cells[:]...)
	byLevel := func(x onnx.Value) []onnx.Value {
		return b.Ops("Split", levels, []onnx.Value{x, cells}, onnx.Int("axis", 1))
	}
	c := candidates{builder: b, pyramid: p, phrases: b.dim(phrases, 2)}
	ranks, offsets := byLevel(ranked), byLevel(deltas)
	var scores, places, edges []onnx.Value
	for level := range levels {
		score, place := c.top(ranks[level])
		scores, places = append(scores, score), append(places, b.cast(place, onnx.Int32))
		edges = append(edges, c.boxes(level, place, offsets[level]))
	}
	b.Output(outputScores, b.concat(1, scores...), onnx.Float32, batch, count)
	b.Output(outputPlaces, b.concat(1, places...), onnx.Int32, batch, count)
	b.Output(outputEdges, b.concat(1, edges...), onnx.Float32, batch, count, onnx.Fixed(4))

	best := b.Op("ReduceMax", []onnx.Value{square, b.Ints(1)}, onnx.Int("keepdims", 0))
	b.Output(outputBest, b.op("Sqrt", best), onnx.Float32, batch, onnx.Free("phrases"))
	sound := b.Op("ReduceSum", []onnx.Value{b.op("Add", square, quality), b.Ints(1, 2)}, onnx.Int("keepdims", 0))
	b.Output(outputSound, sound, onnx.Float32, batch)
}

// candidates builds the choice of each level.
type candidates struct {
	*builder
	pyramid
	phrases onnx.Value // int64 [1]: K
}

// top returns the scores and places of a level's best, from ranks [B,n,K].
func (c candidates) top(ranks onnx.Value) (scores, places onnx.Value) {
	flat := c.reshape(ranks, 0, -1)
	most := c.op("Min", c.dim(flat, 1), c.Ints(preNMSTop))
	best := c.Ops("TopK", 2, []onnx.Value{flat, most}, onnx.Int("axis", -1), onnx.Int("largest", 1), onnx.Int("sorted", 1))
	root := c.op("Sqrt", c.op("Max", best[0], c.Floats(0)))
	scores = c.op("Where", c.op("Greater", best[0], c.Floats(0)), root, c.Floats(-1))
	return scores, best[1]
}

// boxes decodes the deltas [B,n,4] at places of a level, as grid.decode does.
func (c candidates) boxes(level int, places, deltas onnx.Value) onnx.Value {
	stride := float32(int(firstStride) << level)
	side := c.Floats(anchorStrides * stride)
	position := c.op("Div", places, c.phrases)
	width := c.sliceAt(c.shapes[level], 0, 3, 4)
	cell := c.concat(2, c.unsqueeze(c.op("Mod", position, width), 2), c.unsqueeze(c.op("Div", position, width), 2))
	centre := c.op("Mul", c.cast(cell, onnx.Float32), c.Floats(stride))
	centre = c.op("Add", centre, c.Floats((stride-1)/2))

	d := c.gatherRows(deltas, position)
	xy := c.op("Add", c.op("Mul", c.op("Div", c.sliceAt(d, 2, 0, 2), c.Floats(10)), side), centre)
	size := c.op("Exp", c.op("Min", c.op("Div", c.sliceAt(d, 2, 2, 4), c.Floats(5)), c.Floats(maxLogSize)))
	half := c.op("Mul", c.op("Sub", c.op("Mul", size, side), c.Floats(1)), c.Floats(0.5))
	return c.concat(2, c.op("Sub", xy, half), c.op("Add", xy, half))
}
