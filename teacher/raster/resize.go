package raster

import (
	"sync"

	"github.com/groundmill/groundmill/teacher"
)

// Resize returns src at width by height pixels, as Pillow's
// Image.resize((width, height), BILINEAR) does, bit for bit. An empty src or
// size gives an image of zeros. src is not kept; the result may be recycled.
func Resize(src *teacher.RGB, width, height int) *teacher.RGB {
	dst := newRGB(width, height)
	r := resizers.Get().(*Resizer)
	defer resizers.Put(r)
	r.Resize(dst, src)
	return dst
}

var resizers = sync.Pool{New: func() any { return new(Resizer) }}

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
		clear(dst.Pix)
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
	case len(a.pairs) > 0:
		blendPairs(dst, src, a.pairs)
	default:
		blendPixels(dst, src, a)
	}
}
