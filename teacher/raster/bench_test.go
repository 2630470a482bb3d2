package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"
)

// photo returns an image with gradients, edges and noise, as a JPEG.
func photo(tb testing.TB, width, height int) []byte {
	tb.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	seed := uint32(1)
	for y := range height {
		for x := range width {
			seed = seed*1664525 + 1013904223
			noise := uint8(seed>>24) / 8
			wave := uint8(90 + 60*math.Sin(float64(x*y)/9000))
			m.SetRGBA(x, y, color.RGBA{wave + noise, uint8(x/3) + noise, uint8(y/3) + noise, 255})
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 85}); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	data := photo(b, 800, 600)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b)
}

func BenchmarkResize(b *testing.B) {
	for _, size := range [][4]int{{800, 600, 1066, 800}, {2048, 1536, 1066, 800}, {640, 480, 256, 192}} {
		b.Run(fmt.Sprintf("%dx%d-%dx%d", size[0], size[1], size[2], size[3]), func(b *testing.B) {
			src, dst := newRGB(size[0], size[1]), newRGB(size[2], size[3])
			var r Resizer
			for b.Loop() {
				r.Resize(dst, src)
			}
			perSecond(b)
		})
	}
}

func BenchmarkDecodeAndResize(b *testing.B) {
	data := photo(b, 800, 600)
	dst := newRGB(1066, 800)
	var r Resizer
	for b.Loop() {
		img, err := Decode(data, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		r.Resize(dst, img.RGB)
	}
	perSecond(b)
}

func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
