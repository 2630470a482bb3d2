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

// photo returns a picture with what makes photographs hard: gradients, waves that
// get finer, edges and grain. As a 4:2:0 JPEG, 800x600 of it takes about 100 kB.
func photo(tb testing.TB, width, height int) []byte {
	tb.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	seed := uint32(1)
	for y := range height {
		for x := range width {
			seed = seed*1664525 + 1013904223
			grain := int(seed>>24) / 13
			wave := 90 + int(60*math.Sin(float64(x*y)/9000))
			edge := (x/97 + y/71) % 3 * 25
			m.SetRGBA(x, y, color.RGBA{uint8(wave + edge + grain), uint8(x*150/width + edge + grain), uint8(y*150/height + grain), 255})
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 85}); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkDecodeAndResize is what the pipeline does to an image before the
// teacher sees it: 800x600 JPEG to GLIP's input.
func BenchmarkDecodeAndResize(b *testing.B) {
	data := photo(b, 800, 600)
	b.ReportAllocs()
	for b.Loop() {
		img, err := Decode(data, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		resized := Resize(img.RGB, 1066, 800)
		Recycle(img.RGB)
		Recycle(resized)
	}
	b.ReportMetric(float64(len(data))/1000, "kB/image")
	perSecond(b)
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range []image.Point{{800, 600}, {2048, 1536}} {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			data := photo(b, size.X, size.Y)
			b.ReportAllocs()
			for b.Loop() {
				img, err := Decode(data, Limits{})
				if err != nil {
					b.Fatal(err)
				}
				Recycle(img.RGB)
			}
			perSecond(b)
		})
	}
}

func BenchmarkResize(b *testing.B) {
	for _, size := range [][4]int{{800, 600, 1066, 800}, {2048, 1536, 1066, 800}, {640, 480, 256, 192}} {
		b.Run(fmt.Sprintf("%dx%d-%dx%d", size[0], size[1], size[2], size[3]), func(b *testing.B) {
			src := noise(size[0], size[1])
			b.ReportAllocs()
			for b.Loop() {
				Recycle(Resize(src, size[2], size[3]))
			}
			perSecond(b)
		})
	}
}

func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
