package schema

import "math"

// Box is an axis-aligned rectangle in pixels of the image as decoded, with
// exclusive right and bottom edges: width is X2-X1, height is Y2-Y1.
type Box struct {
	X1, Y1, X2, Y2 float32
}

// Width returns X2-X1 in pixels.
func (b Box) Width() float32 { return b.X2 - b.X1 }

// Height returns Y2-Y1 in pixels.
func (b Box) Height() float32 { return b.Y2 - b.Y1 }

// Area returns the area in square pixels, 0 for an inverted box.
func (b Box) Area() float32 { return float32(b.area()) }

// IoU returns the intersection over union of two boxes, 0 when they do not
// overlap. It is the same on every machine: on stored coordinates all sums and
// products are exact, so that a fused multiply-add can't change them.
func (b Box) IoU(o Box) float32 {
	inter := Box{max(b.X1, o.X1), max(b.Y1, o.Y1), min(b.X2, o.X2), min(b.Y2, o.Y2)}.area()
	if inter == 0 {
		return 0
	}
	return float32(inter / (b.area() + o.area() - inter))
}

// area is Area before rounding.
func (b Box) area() float64 {
	return max(float64(b.X2)-float64(b.X1), 0) * max(float64(b.Y2)-float64(b.Y1), 0)
}

// ScoredBox is a box with the teacher's confidence in [0, 1].
type ScoredBox struct {
	Box
	Score float32
}

// Quantized returns the box as it is stored: coordinates by QuantizePixel, the
// score by QuantizeScore.
func (b ScoredBox) Quantized() ScoredBox {
	return ScoredBox{
		Box: Box{
			X1: QuantizePixel(b.X1), Y1: QuantizePixel(b.Y1),
			X2: QuantizePixel(b.X2), Y2: QuantizePixel(b.Y2),
		},
		Score: QuantizeScore(b.Score),
	}
}

// QuantizeScore rounds a score to the stored precision of 1e-4, so that float
// noise below it cannot change a file's bytes.
func QuantizeScore(s float32) float32 {
	return float32(math.Round(float64(s)*1e4)/1e4) + 0 // no negative zero
}

// QuantizePixel rounds a coordinate to 1/64 pixel, which float32 holds exactly.
func QuantizePixel(v float32) float32 {
	return float32(math.Round(float64(v)*64)/64) + 0 // no negative zero
}
