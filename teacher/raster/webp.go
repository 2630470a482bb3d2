package raster

import (
	"image"

	"github.com/groundmill/groundmill/teacher"
)

// webpToRGB converts lossy WebP, always 4:2:0, as libwebp does by default: BT.601
// in video range (src/dsp/yuv.h) and chroma interpolated with its own rounding
// (src/dsp/upsampling.c).
func webpToRGB(m *image.YCbCr) *teacher.RGB {
	p := newPlanes(m, webpChroma)
	return p.toRGB(webpPixels)
}

// webpChroma weighs the four nearest samples 9:3:3:1, in libwebp's order of
// halving. The first pixel, and the last of an even row, lie beside one column
// only.
func webpChroma(dst, near, far []byte, _ bool) {
	dst[0] = webpEdge(near[0], far[0])
	for c := 1; c < len(near); c++ {
		n0, n1, f0, f1 := int(near[c-1]), int(near[c]), int(far[c-1]), int(far[c])
		sum := n0 + n1 + f0 + f1 + 8
		dst[2*c-1] = byte(((sum+2*(n1+f0))>>3 + n0) >> 1)
		if 2*c < len(dst) {
			dst[2*c] = byte(((sum+2*(n0+f1))>>3 + n1) >> 1)
		}
	}
	if last := len(dst) - 1; last > 0 && last%2 == 1 {
		dst[last] = webpEdge(near[len(near)-1], far[len(near)-1])
	}
}

func webpEdge(near, far byte) byte { return byte((3*int(near) + int(far) + 2) >> 2) }

func webpPixels(dst, y, cb, cr []byte) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for i := range y {
		l, u, v := int32(y[i])*19077>>8, int32(cb[i]), int32(cr[i])
		d := dst[3*i : 3*i+3 : 3*i+3]
		d[0] = clamp((l + v*26149>>8 - 14234) >> 6)
		d[1] = clamp((l - u*6419>>8 - v*13320>>8 + 8708) >> 6)
		d[2] = clamp((l + u*33050>>8 - 17685) >> 6)
	}
}
