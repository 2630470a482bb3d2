package glip

import (
	"math"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// firstStride is the stride of P3 in pixels; each next level doubles it.
const firstStride = 8

// anchorStrides is the side of a level's anchor in strides.
const anchorStrides = 8

// grid is the geometry of one level.
type grid struct {
	stride        int
	rows, columns int
	first         int // number of its first position among those of all levels
}

// positions returns the number of cells.
func (g grid) positions() int { return g.rows * g.columns }

// grids returns the geometry of P3..P7 for a padded image size.
func grids(shape teacher.Shape) [levels]grid {
	var out [levels]grid
	first, rows, columns := 0, shape.Height/firstStride, shape.Width/firstStride
	for i := range out {
		out[i] = grid{firstStride << i, rows, columns, first}
		first += rows * columns
		rows, columns = (rows+1)/2, (columns+1)/2
	}
	return out
}

// positions returns the number of cells of all levels.
func positions(shape teacher.Shape) (n int) {
	for _, g := range grids(shape) {
		n += g.positions()
	}
	return n
}

// box is a rectangle in pixels with inclusive edges, as GLIP has it: a box of
// one pixel has x2 == x1. Its numbers may be NaN or infinite as the model's.
type box struct {
	x1, y1, x2, y2 float32
}

// maxLogSize caps the decoded logarithm of a size, ln(1000/16), so that a
// wild delta cannot overflow.
const maxLogSize = 4.135166556742356

// decode turns the deltas of a position, counted within the level, into a box
// (mb/modeling/rpn/vldyhead.py, BoxCoder.decode). The anchor is a square of
// 8·stride pixels around the cell's centre.
func (g grid) decode(position int, deltas []float32) box {
	row, column := position/g.columns, position%g.columns
	side := float32(anchorStrides * g.stride)
	centre := float32(g.stride-1) / 2
	cx := deltas[0]/10*side + (float32(column*g.stride) + centre)
	cy := deltas[1]/10*side + (float32(row*g.stride) + centre)
	w := exp(min(deltas[2]/5, maxLogSize)) * side
	h := exp(min(deltas[3]/5, maxLogSize)) * side
	return box{cx - 0.5*(w-1), cy - 0.5*(h-1), cx + 0.5*(w-1), cy + 0.5*(h-1)}
}

// clip moves the edges into an image of the given size.
func (b box) clip(width, height int) box {
	x, y := float32(width-1), float32(height-1)
	return box{
		min(max(b.x1, 0), x), min(max(b.y1, 0), y),
		min(max(b.x2, 0), x), min(max(b.y2, 0), y),
	}
}

// isNaN says whether any edge is not a number. Infinite edges are clipped.
func (b box) isNaN() bool {
	return b.x1 != b.x1 || b.y1 != b.y1 || b.x2 != b.x2 || b.y2 != b.y2
}

// scale maps the box from a resized image to the original
// (mb/structures/bounding_box.py, BoxList.resize).
func (b box) scale(x, y float64) box {
	return box{
		float32(float64(b.x1) * x), float32(float64(b.y1) * y),
		float32(float64(b.x2) * x), float32(float64(b.y2) * y),
	}
}

// iou is the intersection over union of inclusive pixels
// (mb/csrc/cuda/ml_nms.cu).
func (b box) iou(o box) float32 {
	w := max(min(b.x2, o.x2)-max(b.x1, o.x1)+1, 0)
	h := max(min(b.y2, o.y2)-max(b.y1, o.y1)+1, 0)
	return w * h / (b.area() + o.area() - w*h)
}

func (b box) area() float32 { return (b.x2 - b.x1 + 1) * (b.y2 - b.y1 + 1) }

// exclusiveBox converts a box in pixels of the original image to the stored
// convention: exclusive right and bottom edges, inside the image. No other
// function does.
func exclusiveBox(b box, width, height int) schema.Box {
	w, h := float32(width), float32(height)
	x1, y1 := min(max(b.x1, 0), w), min(max(b.y1, 0), h)
	return schema.Box{
		X1: x1, Y1: y1,
		X2: min(max(b.x2+1, x1), w), Y2: min(max(b.y2+1, y1), h),
	}
}

func exp(x float32) float32 { return float32(math.Exp(float64(x))) }

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
