package raster

import (
	"bytes"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/teacher"
)

// noise returns the pixels of make_fixtures.py's function noise.
func noise(width, height int) *teacher.RGB {
	m := newRGB(width, height)
	seed := uint32(1)
	for i := range m.Pix {
		seed = seed*1664525 + 1013904223
		m.Pix[i] = byte(seed >> 24)
	}
	return m
}

// readPNG reads a golden with the standard library alone.
func readPNG(t *testing.T, path string) *teacher.RGB {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(readFile(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	out := newRGB(m.Bounds().Dx(), m.Bounds().Dy())
	for i := 0; i < len(out.Pix); i += 3 {
		c := color.NRGBAModel.Convert(m.At(i/3%out.Width, i/3/out.Width)).(color.NRGBA)
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = c.R, c.G, c.B
	}
	return out
}

func readFile(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// difference returns the largest difference of two samples and how many differ.
func difference(t *testing.T, got, want *teacher.RGB) (largest, count int) {
	t.Helper()
	if got.Width != want.Width || got.Height != want.Height || len(got.Pix) != 3*got.Width*got.Height {
		t.Fatalf("%dx%d with %d bytes, want %dx%d", got.Width, got.Height, len(got.Pix), want.Width, want.Height)
	}
	for i := range got.Pix {
		d := int(got.Pix[i]) - int(want.Pix[i])
		if d != 0 {
			count++
		}
		largest = max(largest, d, -d)
	}
	return largest, count
}
