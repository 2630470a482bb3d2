//go:build turbojpeg

package raster

import (
	"bytes"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/teacher"
)

// exactJPEG says that JPEG is decoded to Pillow's very pixels.
const exactJPEG = true

// decoderGarbage: libjpeg-turbo allocates nothing in Go.
const decoderGarbage = 0

// TestDecodersAgree bounds how far image/jpeg is from libjpeg-turbo, whose pixels
// are Pillow's, and logs it for docs/images.md.
func TestDecodersAgree(t *testing.T) {
	for _, name := range []string{"photo", "ycc444.jpg", "ycc422.jpg", "ycc420.jpg", "ycc440-restart.jpg", "ycc411.jpg", "progressive.jpg", "grey.jpg"} {
		data := photo(t, 800, 600)
		if name != "photo" {
			data = readFile(t, "testdata/decode", name)
		}
		exact, ours, plain := decodeThrice(t, data)
		largest, mean := distance(exact, ours)
		plainLargest, plainMean := distance(exact, plain)
		t.Logf("%-18s up to %d, mean %.3f; with the colours of package image up to %d, mean %.3f",
			name, largest, mean, plainLargest, plainMean)
		if largest > 3 || mean > 0.1 {
			t.Errorf("%s: image/jpeg differs by up to %d, by %.3f in the mean", name, largest, mean)
		}
	}
}

// decodeThrice decodes by libjpeg-turbo, by image/jpeg as this package does, and
// by image/jpeg alone.
func decodeThrice(t *testing.T, data []byte) (exact, ours, plain *teacher.RGB) {
	t.Helper()
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	exact, ok, err := decodeTurbo(data, config)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	ours, err = decodeGoJPEG(data, config)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	plain = newRGB(config.Width, config.Height)
	for i := 0; i < len(plain.Pix); i += 3 {
		c := color.NRGBAModel.Convert(m.At(i/3%plain.Width, i/3/plain.Width)).(color.NRGBA)
		plain.Pix[i], plain.Pix[i+1], plain.Pix[i+2] = c.R, c.G, c.B
	}
	return exact, ours, plain
}

// distance returns the largest and the mean difference of two samples.
func distance(a, b *teacher.RGB) (largest int, mean float64) {
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		largest, sum = max(largest, d, -d), sum+max(d, -d)
	}
	return largest, float64(sum) / float64(len(a.Pix))
}

// TestDecodersJudgeDamageAlike damages files at random. The decoders cannot agree
// on all: past damage that neither sees at once, they read on in different ways,
// and one may come upon an impossible code where the other does not.
func TestDecodersJudgeDamageAlike(t *testing.T) {
	paths, err := filepath.Glob("testdata/decode/*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	judged, apart := 0, 0
	for _, path := range paths {
		data := readFile(t, path)
		if m, ok := judge(data); !ok || m.turbo || m.golang {
			continue // CMYK, arithmetic coding, or beyond image/jpeg
		}
		for range 500 {
			if m, ok := judge(damage(random, data)); ok {
				judged++
				if m.turbo != m.golang {
					apart++
				}
			}
		}
	}
	t.Logf("%d files with damage past the header, judged differently: %d (%.2f %%)", judged, apart, 100*float64(apart)/float64(judged))
	if judged < 5000 || apart*40 > judged {
		t.Errorf("of %d damaged files, %d are judged differently", judged, apart)
	}
}

// verdict says which decoder refuses a file.
type verdict struct{ turbo, golang bool }

// judge asks both decoders, unless what they share refuses the file already.
func judge(data []byte) (v verdict, ok bool) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || (Limits{MaxPixels: 1 << 20}).withDefaults().check(config.Width, config.Height) != nil || checkTables(data) != nil {
		return v, false
	}
	m, ok, err := decodeTurbo(data, config)
	if !ok && err == nil {
		return v, false
	}
	Recycle(m)
	v.turbo = err != nil
	m, err = decodeGoJPEG(data, config)
	Recycle(m)
	v.golang = err != nil
	return v, true
}

// damage flips a bit, or overwrites, inserts, deletes or clears some bytes.
func damage(random *rand.Rand, data []byte) []byte {
	at := random.IntN(len(data))
	n := min(random.IntN(20)+1, len(data)-at)
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	switch random.IntN(5) {
	case 0:
		return splice(data, at, 1, string(data[at]^1<<random.IntN(8)))
	case 1:
		return splice(data, at, 1, string(noise[:1]))
	case 2:
		return splice(data, at, 0, string(noise))
	case 3:
		return splice(data, at, n, "")
	}
	return splice(data, at, n, string(make([]byte, n)))
}
