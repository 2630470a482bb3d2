package raster

import (
	"image"
	"image/color"

	"github.com/groundmill/groundmill/teacher"
)

// toRGB converts what the Go decoders give, except YCbCr, whose chroma is a
// matter of the format. Alpha is dropped.
func toRGB(m image.Image) *teacher.RGB {
	b := m.Bounds()
	out := newRGB(b.Dx(), b.Dy())
	row := rowConverter(m)
	for y := range out.Height {
		row(out.Pix[3*y*out.Width:3*(y+1)*out.Width], b.Min.Y+y)
	}
	return out
}

// rowConverter returns the function that writes the image's row y into dst.
func rowConverter(m image.Image) func(dst []byte, y int) {
	x := m.Bounds().Min.X
	switch m := m.(type) {
	case *image.RGBA: // from decoders always opaque
		return func(dst []byte, y int) { pick(dst, m.Pix[m.PixOffset(x, y):], 4, 0, 1, 2) }
	case *image.NRGBA:
		return func(dst []byte, y int) { pick(dst, m.Pix[m.PixOffset(x, y):], 4, 0, 1, 2) }
	case *image.RGBA64:
		return func(dst []byte, y int) { pick(dst, m.Pix[m.PixOffset(x, y):], 8, 0, 2, 4) }
	case *image.NRGBA64:
		return func(dst []byte, y int) { pick(dst, m.Pix[m.PixOffset(x, y):], 8, 0, 2, 4) }
	case *image.Gray:
		return func(dst []byte, y int) { pick(dst, m.Pix[m.PixOffset(x, y):], 1, 0, 0, 0) }
	case *image.Gray16:
		return func(dst []byte, y int) { pick(dst, m.Pix[m.PixOffset(x, y):], 2, 0, 0, 0) }
	case *image.CMYK:
		return func(dst []byte, y int) { cmykRow(dst, m.Pix[m.PixOffset(x, y):]) }
	case *image.Paletted:
		table := paletteTable(m.Palette)
		return func(dst []byte, y int) { palettedRow(dst, m.Pix[m.PixOffset(x, y):], &table) }
	}
	return func(dst []byte, y int) { anyRow(dst, m, y) }
}

// pick copies bytes r, g, b of every step bytes of src.
func pick(dst, src []byte, step, r, g, b int) {
	for i := 0; i+2 < len(dst); i += 3 {
		p := src[i/3*step:]
		dst[i], dst[i+1], dst[i+2] = p[r], p[g], p[b]
	}
}

// cmykRow follows Pillow (Convert.c, cmyk2rgb): (1-c)(1-k), rounded once.
func cmykRow(dst, src []byte) {
	for i := 0; i+2 < len(dst); i += 3 {
		p := src[i/3*4:][:4]
		white := 255 - int(p[3])
		for c := range 3 {
			dst[i+c] = byte(white - mulDiv255(int(p[c]), white))
		}
	}
}

// mulDiv255 is a*b/255, rounded, for bytes.
func mulDiv255(a, b int) int {
	t := a*b + 128
	return (t>>8 + t) >> 8
}

// paletteTable gives every byte a colour; those past the palette are black.
func paletteTable(p color.Palette) (table [256][3]byte) {
	for i, c := range p[:min(len(p), 256)] {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		table[i] = [3]byte{n.R, n.G, n.B}
	}
	return table
}

func palettedRow(dst, src []byte, table *[256][3]byte) {
	for i := 0; i+2 < len(dst); i += 3 {
		copy(dst[i:i+3], table[src[i/3]][:])
	}
}

// anyRow serves image types that no decoder here is known to give.
func anyRow(dst []byte, m image.Image, y int) {
	x := m.Bounds().Min.X
	for i := 0; i+2 < len(dst); i += 3 {
		n := color.NRGBAModel.Convert(m.At(x+i/3, y)).(color.NRGBA)
		dst[i], dst[i+1], dst[i+2] = n.R, n.G, n.B
	}
}
