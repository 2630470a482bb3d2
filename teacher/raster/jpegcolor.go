package raster

import (
	"image"

	"github.com/groundmill/groundmill/teacher"
)

// jpegToRGB converts as libjpeg does by default: triangle-filtered chroma
// (jdsample.c, "fancy upsampling") and 16-bit fixed-point colours (jdcolor.c).
func jpegToRGB(m *image.YCbCr) *teacher.RGB {
	p := newPlanes(m, nil)
	p.up = jpegChroma(m.SubsampleRatio, p.cWidth)
	return p.toRGB(jpegPixels)
}

// jpegChroma picks the filter. Chroma planes of one or two columns are too
// narrow for libjpeg's horizontal filters.
func jpegChroma(r image.YCbCrSubsampleRatio, cWidth int) chromaRow {
	h, v := subsampling(r)
	switch {
	case h == 2 && cWidth <= 2, h == 4:
		return repeat(h)
	case h == 2 && v == 2:
		return triangle2x2(cWidth)
	case h == 2:
		return triangle2x1
	case v == 2:
		return triangle1x2
	}
	return repeat(1)
}

// triangle2x1 doubles a row: three quarters of the sample that a pixel lies on
// and a quarter of the next nearest, rounded down and up in turn.
func triangle2x1(dst, near, _ []byte, _ bool) {
	last := len(near) - 1
	for i := range dst {
		c := i / 2
		left, right := near[max(c-1, 0)], near[min(c+1, last)]
		if i%2 == 0 {
			dst[i] = byte((3*int(near[c]) + int(left) + 1) >> 2)
		} else {
			dst[i] = byte((3*int(near[c]) + int(right) + 2) >> 2)
		}
	}
}

// triangle1x2 does the same between two rows.
func triangle1x2(dst, near, far []byte, lower bool) {
	round := 1
	if lower {
		round = 2
	}
	for i := range dst {
		dst[i] = byte((3*int(near[i]) + int(far[i]) + round) >> 2)
	}
}

// triangle2x2 weighs the four nearest samples 9:3:3:1. It keeps a row of column
// sums.
func triangle2x2(cWidth int) chromaRow {
	sums := make([]int32, cWidth+2) // with the edge columns repeated
	return func(dst, near, far []byte, _ bool) {
		for i, n := range near {
			sums[i+1] = 3*int32(n) + int32(far[i])
		}
		sums[0], sums[cWidth+1] = sums[1], sums[cWidth]
		left, mid := sums[0], sums[1]
		even := dst[:len(dst)&^1]
		for c, right := range sums[2:][:len(even)/2] {
			d := even[2*c : 2*c+2 : 2*c+2]
			d[0] = byte((3*mid + left + 8) >> 4)
			d[1] = byte((3*mid + right + 7) >> 4)
			left, mid = mid, right
		}
		if len(dst)%2 == 1 {
			dst[len(dst)-1] = byte((3*mid + left + 8) >> 4)
		}
	}
}

// The products of jdcolor.c: chroma times its coefficient in 1/65536, with the
// rounding half included where a single product is shifted.
var crToR, cbToB, crToG, cbToG = func() (rr, bb, rg, bg [256]int32) {
	for i := range int32(256) {
		c := i - 128
		rr[i] = (91881*c + 1<<15) >> 16  // 1.40200
		bb[i] = (116130*c + 1<<15) >> 16 // 1.77200
		rg[i] = -46802 * c               // 0.71414
		bg[i] = -22554*c + 1<<15         // 0.34414
	}
	return
}()

func jpegPixels(dst, y, cb, cr []byte) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for i, l := range y {
		b, r, l := cb[i], cr[i], int32(l)
		d := dst[3*i : 3*i+3 : 3*i+3]
		d[0] = clamp(l + crToR[r])
		d[1] = clamp(l + (cbToG[b]+crToG[r])>>16)
		d[2] = clamp(l + cbToB[b])
	}
}

func clamp(v int32) byte {
	if uint32(v) <= 255 {
		return byte(v)
	}
	return byte(^(v >> 31)) // 0 below, 255 above
}
