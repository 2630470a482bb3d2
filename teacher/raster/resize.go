package raster

import "github.com/groundmill/groundmill/teacher"

// Resize returns src at width by height pixels, as Pillow's
// Image.resize((width, height), BILINEAR) does, bit for bit. An empty src or
// size gives an image of zeros. src is not kept.
func Resize(src *teacher.RGB, width, height int) *teacher.RGB {
	dst := newRGB(width, height)
	new(Resizer).Resize(dst, src)
	return dst
}

// Resizer resizes many images without allocating once its buffers have grown.
// The zero value is ready. It is not safe for concurrent use.
type Resizer struct {
	columns, rows axis
	ring          [][]byte // the latest rows after the horizontal pass
	taps          [][]byte // the rows that one output row blends
}

// Resize fills dst with src, scaled to dst's size, see the function Resize. dst
// and src must not overlap.
func (r *Resizer) Resize(dst, src *teacher.RGB) {
	if len(dst.Pix) == 0 || len(src.Pix) == 0 {
		return
	}
	r.columns.set(src.Width, dst.Width)
	r.rows.set(src.Height, dst.Height)
	if src.Height == dst.Height { // Pillow skips the pass
		for y := range dst.Height {
			r.horizontal(row(dst, y), row(src, y))
		}
		return
	}
	r.vertical(dst, src)
}

func row(m *teacher.RGB, y int) []byte { return m.Pix[3*m.Width*y : 3*m.Width*(y+1)] }

// vertical runs both passes. An input row goes through the horizontal pass when
// the first output row needs it, into a ring of as many rows as one output row
// blends.
func (r *Resizer) vertical(dst, src *teacher.RGB) {
	r.grow(r.rows.most, 3*dst.Width)
	done := 0 // input rows that have been through the horizontal pass
	for y := range dst.Height {
		weights := r.rows.weights[r.rows.offset[y]:r.rows.offset[y+1]]
		first := r.rows.first[y]
		r.taps = r.taps[:0]
		for k := range weights {
			at := first + k
			for ; done <= at; done++ {
				r.horizontal(r.ring[done%len(r.ring)], row(src, done))
			}
			r.taps = append(r.taps, r.ring[at%len(r.ring)])
		}
		blendRows(row(dst, y), r.taps, weights)
	}
}

// grow makes the ring n rows of size bytes.
func (r *Resizer) grow(n, size int) {
	if cap(r.ring) < n {
		r.ring = append(r.ring[:cap(r.ring)], make([][]byte, n-cap(r.ring))...)
	}
	r.ring = r.ring[:n]
	for i := range r.ring {
		if cap(r.ring[i]) < size {
			r.ring[i] = make([]byte, size)
		}
		r.ring[i] = r.ring[i][:size]
	}
}

// horizontal scales one row of pixels.
func (r *Resizer) horizontal(dst, src []byte) {
	a := &r.columns
	switch {
	case a.in == a.out: // Pillow skips the pass
		copy(dst, src)
	case a.most <= 2:
		blendPairs(dst, src, a.pairs)
	default:
		blendPixels(dst, src, a)
	}
}

// blendPixels sums the weighted pixels of every output position.
func blendPixels(dst, src []byte, a *axis) {
	for i, first := range a.first {
		weights := a.weights[a.offset[i]:a.offset[i+1]]
		pixels := src[3*first:][:3*len(weights)]
		var r, g, b uint64 = half, half, half
		for _, w := range weights {
			w := uint64(w)
			r += w * uint64(pixels[0])
			g += w * uint64(pixels[1])
			b += w * uint64(pixels[2])
			pixels = pixels[3:]
		}
		d := dst[3*i:][:3]
		d[0], d[1], d[2] = toByte(r), toByte(g), toByte(b)
	}
}

// toByte ends a fixed-point sum. Rounded weights may add up to a little over one.
func toByte(sum uint64) byte { return byte(min(sum>>fixedBits, 255)) }
