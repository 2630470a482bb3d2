package raster

import (
	"math/bits"
	"sync"

	"github.com/groundmill/groundmill/teacher"
)

// Recycle gives the pixels of m to later results of Decode and Resize, and leaves
// m empty, so that a second Recycle of m does nothing. The caller must own m and
// have no other use of its pixels, in copies of m neither. A raster that is not
// recycled, or that did not come from here, is left to the garbage collector.
func Recycle(m *teacher.RGB) {
	if m == nil {
		return
	}
	pix := m.Pix[:cap(m.Pix)]
	*m = teacher.RGB{}
	if class, size := sizeClass(len(pix)); size == len(pix) && class >= 0 {
		pools[class].Put(&pix)
	}
}

// newRGB returns a raster to be filled: its pixels may be those of a recycled one.
func newRGB(width, height int) *teacher.RGB {
	return &teacher.RGB{Width: width, Height: height, Pix: buffer(3 * width * height)}
}

func buffer(n int) []byte {
	class, size := sizeClass(n)
	if class < 0 {
		return make([]byte, n)
	}
	if pix, ok := pools[class].Get().(*[]byte); ok {
		return (*pix)[:n]
	}
	return make([]byte, n, size)
}

// Buffers from 4 kB on are pooled by capacity, four to the octave, so that images
// of all sizes share them and at most a quarter is idle. Smaller ones are no
// burden.
const minBits = 12

var pools [4 * (bits.UintSize - minBits)]sync.Pool

// sizeClass returns the pool for n bytes and the capacity of its buffers. The
// class is negative for sizes that are not pooled.
func sizeClass(n int) (class, size int) {
	octave := bits.Len(uint(max(n-1, 0))) // 2^(octave-1) < n <= 2^octave
	if octave <= minBits {
		return -1, n
	}
	shift := octave - 3
	quarter := (n - 1) >> shift // 4 to 7
	return 4*(octave-minBits-1) + quarter - 4, (quarter + 1) << shift
}
