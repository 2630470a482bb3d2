package glip

import "github.com/groundmill/groundmill/teacher/onnx"

// windows describes how a map of H×W cells is cut into attention windows. The
// map is padded to whole windows, rolled by the shift and cut; as indices, that
// is one Gather there and one back, whatever the size of the image.
type windows struct {
	cells  onnx.Value // int64 [windows·area]: which cell comes here; H·W means padding
	places onnx.Value // int64 [H·W]: where each cell went
	count  onnx.Value // int64 [1]: windows of one image
	mask   onnx.Value // float32 [windows,1,area,area], "" without a shift
}

// merged is the shape in which all windows of an image are one axis:
// [B, windows·area, C].
func (g windows) merged(b *builder, c int64) onnx.Value {
	area := int64(b.arch.Swin.Window * b.arch.Swin.Window)
	return b.concat(0, b.Ints(-1), b.op("Mul", g.count, b.Ints(area)), b.Ints(c))
}

// windows computes the indices for a map of the given size, rolled by shift
// cells up and left.
func (b *builder) windows(height, width onnx.Value, shift int64) windows {
	rows, columns := b.windowAxis(height, shift), b.windowAxis(width, shift)
	g := windows{count: b.op("Mul", rows.windows, columns.windows)}

	// Cells in window order. Padding on either axis makes the sum at least H·W.
	source := b.op("Add", b.op("Mul", b.unsqueeze(rows.source, 1), width), b.unsqueeze(columns.source, 0))
	outside := b.op("Or", b.unsqueeze(rows.outside, 1), b.unsqueeze(columns.outside, 0))
	source = b.op("Where", outside, b.op("Mul", height, width), source)
	g.cells = b.reshape(b.inWindows(source, rows, columns), -1)

	// Place of cell (r,c): window, then cell of the window.
	side := b.Ints(int64(b.arch.Swin.Window))
	window := b.op("Add", b.op("Mul", b.unsqueeze(rows.window, 1), columns.windows), b.unsqueeze(columns.window, 0))
	within := b.op("Add", b.op("Mul", b.unsqueeze(rows.within, 1), side), b.unsqueeze(columns.within, 0))
	area := b.op("Mul", side, side)
	g.places = b.reshape(b.op("Add", b.op("Mul", window, area), within), -1)

	if shift > 0 {
		region := b.op("Add", b.op("Mul", b.unsqueeze(rows.region, 1), b.Ints(3)), b.unsqueeze(columns.region, 0))
		g.mask = b.windowMask(b.inWindows(region, rows, columns))
	}
	return g
}

// axis holds the window indices of one axis of n cells, padded to p.
type axis struct {
	windows onnx.Value // int64 [1]: p/window
	source  onnx.Value // int64 [p]: the cell that is at each place after the roll
	outside onnx.Value // bool [p]: that cell is padding
	region  onnx.Value // int64 [p]: 0, 1 or 2, see windowMask; "" without a shift
	window  onnx.Value // int64 [n]: the window of each cell
	within  onnx.Value // int64 [n]: its place there
}

func (b *builder) windowAxis(n onnx.Value, shift int64) axis {
	side, offset := b.Ints(int64(b.arch.Swin.Window)), b.Ints(shift)
	var a axis
	a.windows = b.op("Div", b.op("Add", n, b.Ints(int64(b.arch.Swin.Window)-1)), side)
	padded := b.op("Mul", a.windows, side)

	// Adding padded keeps the dividend of rolled positive.
	a.source = b.op("Mod", b.op("Add", b.count(padded), offset), padded)
	rolled := b.op("Mod", b.op("Add", b.op("Sub", b.count(n), offset), padded), padded)
	a.outside = b.op("GreaterOrEqual", a.source, n)
	a.window = b.op("Div", rolled, side)
	a.within = b.op("Mod", rolled, side)
	if shift > 0 {
		a.region = b.op("Add", b.from(padded, b.op("Sub", padded, side)), b.from(padded, b.op("Sub", padded, offset)))
	}
	return a
}

// from is 0 at the places of an axis of length n before start, and 1 from
// there on.
func (b *builder) from(n, start onnx.Value) onnx.Value {
	return b.op("Where", b.op("GreaterOrEqual", b.count(n), start), b.Ints(1), b.Ints(0))
}

// inWindows reorders a padded map of integers window by window:
// [windows,area].
func (b *builder) inWindows(x onnx.Value, rows, columns axis) onnx.Value {
	w := int64(b.arch.Swin.Window)
	side := b.Ints(w)
	x = b.op("Reshape", x, b.concat(0, rows.windows, side, columns.windows, side))
	return b.reshape(b.transpose(x, 0, 2, 1, 3), -1, w*w)
}

// windowMask is -100 between cells of different regions and 0 elsewhere. A
// region is a part of the rolled map that was connected before the roll.
func (b *builder) windowMask(region onnx.Value) onnx.Value {
	same := b.op("Equal", b.unsqueeze(region, 1), b.unsqueeze(region, 2))
	return b.unsqueeze(b.op("Where", same, b.Floats(0), b.Floats(-100)), 1)
}
