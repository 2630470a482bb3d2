package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"

	"golang.org/x/image/webp"

	"github.com/groundmill/groundmill/teacher"
)

func decodePNG(data []byte, _ image.Config) (*teacher.RGB, error) {
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return toRGB(m), nil
}

func isWebP(data []byte) bool {
	return len(data) >= 16 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// isAnimatedWebP reads the animation flag of the extended header.
func isAnimatedWebP(data []byte) bool {
	return len(data) > 20 && string(data[12:16]) == "VP8X" && data[20]&2 != 0
}

// decodeWebP converts lossy images itself: the decoder's YCbCr means video range
// here, which the image package takes for JPEG's full range.
func decodeWebP(data []byte, _ image.Config) (*teacher.RGB, error) {
	m, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *image.YCbCr:
		return webpToRGB(m), nil
	case *image.NYCbCrA:
		return webpToRGB(&m.YCbCr), nil
	}
	return toRGB(m), nil
}

// decodeGIF draws the first frame on the logical screen. What it does not cover
// has the colour of the transparent index, or of index 0, as in Pillow.
func decodeGIF(data []byte, config image.Config) (*teacher.RGB, error) {
	m, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame := m.(*image.Paletted)
	global, _ := config.ColorModel.(color.Palette)
	screen := image.NewPaletted(image.Rect(0, 0, config.Width, config.Height), frame.Palette)
	if i := transparentIndex(frame.Palette); i >= 0 {
		restore(frame.Palette, global, i)
		fill(screen.Pix, byte(i))
	}
	for y := frame.Rect.Min.Y; y < frame.Rect.Max.Y; y++ {
		row := frame.Pix[frame.PixOffset(frame.Rect.Min.X, y):]
		copy(screen.Pix[screen.PixOffset(frame.Rect.Min.X, y):], row[:frame.Rect.Dx()])
	}
	return toRGB(screen), nil
}

// transparentIndex returns the entry that image/gif has made transparent, or -1.
func transparentIndex(p color.Palette) int {
	for i, c := range p {
		if c == (color.RGBA{}) {
			return i
		}
	}
	return -1
}

// restore gives a transparent entry its colour back if the frame uses the global
// palette. The colour of a local palette is lost in image/gif; it stays black.
func restore(p, global color.Palette, i int) {
	if i >= len(global) || len(p) != len(global) {
		return
	}
	for k := range p {
		if k != i && p[k] != global[k] {
			return
		}
	}
	p[i] = global[i]
}

func fill(pix []byte, v byte) {
	for i := range pix {
		pix[i] = v
	}
}
