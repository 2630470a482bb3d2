package glip

import (
	"fmt"
	"math"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// swin runs the Swin transformer of mb/modeling/backbone/swint.py and returns
// C3, C4 and C5 as [B,C,H,W]. Between blocks the map is [B,H·W,C].
func (b *builder) swin(image onnx.Value) [3]onnx.Value {
	b.Scope("swin/patch_embed")
	x := b.conv(image, swinPrefix+"patch_embed.proj", patch, patch, 0)
	height, width := b.dim(x, 2), b.dim(x, 3)
	x = b.transpose(b.reshape(x, 0, int64(b.arch.Swin.Embed), -1), 0, 2, 1)
	x = b.layerNorm(x, swinPrefix+"patch_embed.norm", visionEpsilon)

	var outputs [3]onnx.Value
	for stage := range swinStages {
		x = b.swinStage(x, stage, height, width)
		if stage > 0 {
			outputs[stage-1] = b.swinOutput(x, stage, height, width)
		}
		if stage < swinStages-1 {
			x, height, width = b.merge(x, stage, height, width)
		}
	}
	return outputs
}

// swinOutput normalises a stage's result for the FPN alone; the next stage
// continues from x itself.
func (b *builder) swinOutput(x onnx.Value, stage int, height, width onnx.Value) onnx.Value {
	b.Scope(fmt.Sprintf("swin/c%d", stage+2))
	x = b.layerNorm(x, fmt.Sprintf("%snorm%d", swinPrefix, stage), visionEpsilon)
	c := int64(b.arch.Swin.Channels(stage))
	x = b.op("Reshape", b.transpose(x, 0, 2, 1), b.concat(0, b.Ints(0, c), height, width))
	b.tap(fmt.Sprintf("c%d", stage+2), x, 4)
	return x
}

// swinStage runs the blocks of one stage, every second one with shifted
// windows. The official code shifts on small maps too.
func (b *builder) swinStage(x onnx.Value, stage int, height, width onnx.Value) onnx.Value {
	b.Scope(fmt.Sprintf("swin/%d/windows", stage))
	grids := [2]windows{b.windows(height, width, 0), {}}
	if b.arch.Swin.Depths[stage] > 1 {
		grids[1] = b.windows(height, width, int64(b.arch.Swin.Window/2))
	}
	for block := range b.arch.Swin.Depths[stage] {
		b.Scope(fmt.Sprintf("swin/%d/%d", stage, block))
		prefix := fmt.Sprintf("%slayers.%d.blocks.%d.", swinPrefix, stage, block)
		x = b.swinBlock(x, prefix, stage, grids[block%2])
	}
	return x
}

func (b *builder) swinBlock(x onnx.Value, prefix string, stage int, grid windows) onnx.Value {
	y := b.layerNorm(x, prefix+"norm1", visionEpsilon)
	y = b.windowAttention(y, prefix+"attn.", stage, grid)
	x = b.op("Add", x, y)
	y = b.layerNorm(x, prefix+"norm2", visionEpsilon)
	y = b.gelu(b.linear(y, prefix+"mlp.fc1"))
	return b.op("Add", x, b.linear(y, prefix+"mlp.fc2"))
}

// windowAttention lets the cells of each window of y [B,H·W,C] attend to each
// other. Cells of the padding take part as keys: they are zero after the norm.
func (b *builder) windowAttention(y onnx.Value, prefix string, stage int, grid windows) onnx.Value {
	c, heads := int64(b.arch.Swin.Channels(stage)), int64(b.arch.Swin.Heads[stage])
	area := int64(b.arch.Swin.Window * b.arch.Swin.Window)
	y = b.op("Pad", y, b.Ints(0, 1), "", b.Ints(1)) // one row of zeros, which the padding points to
	y = b.reshape(b.gather(y, grid.cells, 1), -1, area, c)

	qkv := b.reshape(b.linear(y, prefix+"qkv"), 0, 0, 3, heads, c/heads)
	parts := b.Ops("Split", 3, []onnx.Value{b.transpose(qkv, 2, 0, 3, 1, 4)}, onnx.Int("axis", 0), onnx.Int("num_outputs", 3))
	for i := range parts {
		parts[i] = b.op("Squeeze", parts[i], b.Ints(0)) // [windows,heads,area,C/heads]
	}
	q := b.op("Mul", parts[0], b.Floats(float32(1/math.Sqrt(float64(c/heads)))))
	scores := b.op("MatMul", q, b.transpose(parts[1], 0, 1, 3, 2))
	scores = b.op("Add", scores, b.positionBias(prefix, int(heads)))
	scores = b.maskWindows(scores, grid, heads, area)

	y = b.op("MatMul", b.softmax(scores), parts[2])
	y = b.reshape(b.transpose(y, 0, 2, 1, 3), 0, 0, c)
	y = b.linear(y, prefix+"proj")
	y = b.op("Reshape", y, grid.merged(b, c))
	return b.gather(y, grid.places, 1)
}

// maskWindows keeps cells that the shift brought together from different sides
// of the map from attending to each other.
func (b *builder) maskWindows(scores onnx.Value, grid windows, heads, area int64) onnx.Value {
	if grid.mask == "" {
		return scores
	}
	split := b.op("Reshape", scores, b.concat(0, b.Ints(-1), grid.count, b.Ints(heads, area, area)))
	return b.reshape(b.op("Add", split, grid.mask), -1, heads, area, area)
}

// positionBias looks the bias of every pair of cells of a window up in the
// table of relative positions: [heads,area,area].
func (b *builder) positionBias(prefix string, heads int) onnx.Value {
	w := b.arch.Swin.Window
	name := prefix + "relative_position_bias_table"
	return b.derived(name, []int{heads, w * w, w * w}, func() ([]float32, error) {
		table, err := b.weights.Values(name)
		if err != nil {
			return nil, err
		}
		out := make([]float32, 0, heads*w*w*w*w)
		for h := range heads {
			for i := range w * w {
				for j := range w * w {
					dy, dx := i/w-j/w, i%w-j%w
					out = append(out, table[((dy+w-1)*(2*w-1)+dx+w-1)*heads+h])
				}
			}
		}
		return out, nil
	})
}

// merge halves a map [B,H·W,C], padding odd sides with zeros, and doubles its
// channels. It returns the new map and its size.
func (b *builder) merge(x onnx.Value, stage int, height, width onnx.Value) (y, h, w onnx.Value) {
	b.Scope(fmt.Sprintf("swin/%d/downsample", stage))
	c := int64(b.arch.Swin.Channels(stage))
	two := b.Ints(2)
	oddRows, oddColumns := b.op("Mod", height, two), b.op("Mod", width, two)
	x = b.op("Reshape", x, b.concat(0, b.Ints(0), height, width, b.Ints(c)))
	x = b.op("Pad", x, b.concat(0, b.Ints(0, 0), oddRows, oddColumns), "", b.Ints(1, 2))
	h = b.op("Div", b.op("Add", height, oddRows), two)
	w = b.op("Div", b.op("Add", width, oddColumns), two)

	// Cells (0,0), (1,0), (0,1), (1,1) of each 2×2 square, as (row, column).
	x = b.op("Reshape", x, b.concat(0, b.Ints(-1), h, two, w, b.Ints(2, c)))
	x = b.reshape(b.transpose(x, 0, 1, 3, 4, 2, 5), 0, 0, 0, 4*c)
	x = b.op("Reshape", x, b.concat(0, b.Ints(0), b.op("Mul", h, w), b.Ints(4*c)))

	prefix := fmt.Sprintf("%slayers.%d.downsample.", swinPrefix, stage)
	x = b.layerNorm(x, prefix+"norm", visionEpsilon)
	return b.project(x, prefix+"reduction.weight"), h, w
}
