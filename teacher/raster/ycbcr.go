package raster

import (
	"image"

	"github.com/groundmill/groundmill/teacher"
)

// chromaRow writes one chroma sample a pixel of an output row, given the chroma
// row that the output row lies on, and the next nearest one. lower says that the
// output row is the lower of the two on its chroma row.
type chromaRow func(dst, near, far []byte, lower bool)

// planes walks an image of luma and subsampled chroma row by row.
type planes struct {
	*image.YCbCr
	width, height   int // of the image
	cWidth, cHeight int // of a chroma plane
	vertical        int // luma rows on a chroma row
	up              chromaRow
}

// newPlanes requires an image whose bounds begin at 0,0, as decoders give.
func newPlanes(m *image.YCbCr, up chromaRow) planes {
	b := m.Bounds()
	h, v := subsampling(m.SubsampleRatio)
	return planes{
		YCbCr: m, width: b.Dx(), height: b.Dy(),
		cWidth: (b.Dx() + h - 1) / h, cHeight: (b.Dy() + v - 1) / v,
		vertical: v, up: up,
	}
}

// subsampling returns the luma columns and rows on one chroma sample.
func subsampling(r image.YCbCrSubsampleRatio) (horizontal, vertical int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// toRGB converts the image, row by row, with pixels converting a row.
func (p *planes) toRGB(pixels func(dst, y, cb, cr []byte)) *teacher.RGB {
	out := newRGB(p.width, p.height)
	cb, cr := make([]byte, p.width), make([]byte, p.width)
	for y := range p.height {
		p.up(cb, p.row(p.Cb, y/p.vertical), p.row(p.Cb, p.far(y)), y%p.vertical == 1)
		p.up(cr, p.row(p.Cr, y/p.vertical), p.row(p.Cr, p.far(y)), y%p.vertical == 1)
		pixels(out.Pix[3*y*p.width:3*(y+1)*p.width], p.Y[y*p.YStride:][:p.width], cb, cr)
	}
	return out
}

func (p *planes) row(plane []byte, y int) []byte { return plane[y*p.CStride:][:p.cWidth] }

// far returns the chroma row next to row y's own: above the upper luma row,
// below the lower one, and its own at the image's edge.
func (p *planes) far(y int) int {
	c := y / p.vertical
	if y%p.vertical == 1 {
		return min(c+1, p.cHeight-1)
	}
	return max(c-1, 0)
}

// repeat is the chroma of ratios that nobody interpolates: each sample is
// repeated.
func repeat(factor int) chromaRow {
	return func(dst, near, _ []byte, _ bool) {
		for i := range dst {
			dst[i] = near[i/factor]
		}
	}
}
