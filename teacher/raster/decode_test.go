package raster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher"
)

// TestDecodeEqualsPillow reads every fixture for which Pillow's result is kept.
// Only image/jpeg may differ, by the rounding of the inverse DCT.
func TestDecodeEqualsPillow(t *testing.T) {
	paths, err := filepath.Glob("testdata/decode/*.want.png")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, golden := range paths {
		path := strings.TrimSuffix(golden, ".want.png")
		t.Run(filepath.Base(path), func(t *testing.T) {
			img, err := Decode(readFile(t, path), Limits{})
			if err != nil && !exactJPEG && strings.HasSuffix(path, "progressive422-restart.jpg") {
				t.Skipf("image/jpeg miscounts restart intervals in scans of subsampled luma alone: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			tolerance := 0
			if img.Format == "jpeg" && (!exactJPEG || strings.HasSuffix(path, "cmyk.jpg")) {
				tolerance = 3
			}
			largest, n := difference(t, img.RGB, readPNG(t, golden))
			t.Logf("%d samples differ, by up to %d", n, largest)
			if largest > tolerance {
				t.Errorf("%d samples differ, by up to %d", n, largest)
			}
		})
	}
}

func TestFormatAndOrientation(t *testing.T) {
	type result struct {
		Format        string
		Orientation   int
		Width, Height int
	}
	for name, want := range map[string]result{
		"ycc420.jpg":          {"jpeg", 1, 37, 23},
		"orientation6.jpg":    {"jpeg", 6, 37, 23}, // the raster is not turned
		"orientation8-mm.jpg": {"jpeg", 8, 37, 23},
		"rgb.png":             {"png", 1, 37, 23},
		"lossy.webp":          {"webp", 1, 37, 23},
		"frame.gif":           {"gif", 1, 4, 3},
		"column.jpg":          {"jpeg", 1, 1, 40},
		"pixel.jpg":           {"jpeg", 1, 1, 1},
	} {
		img, err := Decode(readFile(t, "testdata/decode", name), Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, result{img.Format, img.Orientation, img.Width, img.Height}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSixteenBitGreyKeepsTheHighByte(t *testing.T) {
	img, err := Decode(readFile(t, "testdata/decode/grey16.png"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for x := range img.Width {
		if want := byte(x * 1023 >> 8); img.Pix[3*x] != want || img.Pix[3*x+2] != want {
			t.Fatalf("sample %d is %v, want %d", x, img.Pix[3*x:3*x+3], want)
		}
	}
}

// encode returns m in the format of the encoder.
func encode(t testing.TB, m image.Image, format string) []byte {
	t.Helper()
	var buf bytes.Buffer
	err := errors.New("no encoder of " + format)
	switch format {
	case "jpeg":
		err = jpeg.Encode(&buf, m, nil)
	case "png":
		err = png.Encode(&buf, m)
	case "gif":
		err = gif.Encode(&buf, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestStraightColourSurvivesUnderAlpha(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	m.SetNRGBA(0, 0, color.NRGBA{200, 100, 50, 3})
	m.SetNRGBA(1, 0, color.NRGBA{1, 2, 3, 0})
	img, err := Decode(encode(t, m, "png"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]byte{200, 100, 50, 1, 2, 3}, img.Pix); diff != "" {
		t.Errorf("pixels (-want +got):\n%s", diff)
	}
}

func TestExtremeShapesDecode(t *testing.T) {
	for _, format := range []string{"jpeg", "png", "gif"} {
		for _, size := range []image.Point{{1, 1}, {1, 4000}, {4000, 1}} {
			data := encode(t, image.NewGray(image.Rectangle{Max: size}), format)
			img, err := Decode(data, Limits{})
			if err != nil || img.Width != size.X || img.Height != size.Y {
				t.Errorf("%s of %v: %v", format, size, err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	fixture := func(name string) []byte { return readFile(t, "testdata/decode", name) }
	picture := fixture("ycc420.jpg")
	for name, c := range map[string]struct {
		data   []byte
		limits Limits
		want   error
		detail string
	}{
		"nothing":          {nil, Limits{}, ErrCorrupt, "no data"},
		"html":             {[]byte("<!DOCTYPE html><title>404</title>"), Limits{}, ErrUnsupported, "text/html"},
		"bmp":              {[]byte("BM\x00\x00\x00\x00"), Limits{}, ErrUnsupported, "image/bmp"},
		"animated webp":    {fixture("animated.webp"), Limits{}, ErrUnsupported, "animated"},
		"riff audio":       {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), Limits{}, ErrUnsupported, "audio"},
		"90 megapixels":    {fixture("bomb.png"), Limits{}, ErrTooLarge, "10000x9000 pixels, the limit is 67108864"},
		"header only":      {fixture("header-only.png"), Limits{}, ErrTooLarge, "60000x60000"},
		"encoded size":     {picture, Limits{MaxBytes: 100}, ErrTooLarge, "bytes, the limit is 100"},
		"pixel limit":      {picture, Limits{MaxPixels: 850}, ErrTooLarge, "37x23"},
		"side limit":       {picture, Limits{MaxSide: 36}, ErrTooLarge, "37x23"},
		"endless jpeg":     {append(fixture("progressive.jpg"), bytes.Repeat([]byte("\xff\xda"), 300)...), Limits{}, ErrCorrupt, "scans"},
		"jpeg magic only":  {[]byte("\xff\xd8"), Limits{}, ErrCorrupt, "jpeg"},
		"png magic only":   {[]byte("\x89PNG\r\n\x1a\n"), Limits{}, ErrCorrupt, "png"},
		"webp magic only":  {[]byte("RIFF\x08\x00\x00\x00WEBPVP8 "), Limits{}, ErrCorrupt, "webp"},
		"gif magic only":   {[]byte("GIF89a"), Limits{}, ErrCorrupt, "gif"},
		"gif without size": {[]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), Limits{}, ErrCorrupt, "0x0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(c.data, c.limits)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("error %v, want %v with %q", err, c.want, c.detail)
			}
		})
	}
}

func TestLimitsAllowWhatIsAtThem(t *testing.T) {
	data := readFile(t, "testdata/decode/ycc420.jpg")
	if _, err := Decode(data, Limits{MaxPixels: 37 * 23, MaxSide: 37, MaxBytes: len(data)}); err != nil {
		t.Error(err)
	}
}

func TestTruncatedImagesAreCorrupt(t *testing.T) {
	for _, name := range []string{"ycc420.jpg", "progressive.jpg", "rgb.png", "lossy.webp", "lossless.webp", "palette.gif"} {
		data := readFile(t, "testdata/decode", name)
		for _, part := range []float64{0.4, 0.7, 0.9} {
			cut := data[:int(float64(len(data))*part)]
			if _, err := Decode(cut, Limits{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s cut to %d of %d bytes: %v", name, len(cut), len(data), err)
			}
		}
	}
}

func TestBombIsRefusedBeforeAllocation(t *testing.T) {
	data := readFile(t, "testdata/decode/bomb.png")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(data, Limits{})
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func TestDecoderPanicsAreCorrupt(t *testing.T) {
	f := format{name: "fake", decode: func([]byte, image.Config) (*teacher.RGB, error) { panic("index out of range") }}
	if _, err := f.safely(nil, image.Config{}); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("error %v", err)
	}
}

func TestDamagedExifMeansUnturned(t *testing.T) {
	whole := readFile(t, "testdata/decode/orientation6.jpg")
	at := bytes.Index(whole, []byte("Exif\x00\x00"))
	for name, damage := range map[string]func(data []byte){
		"directory past the end": func(data []byte) { data[at+6+4+2] = 0xff },
		"directory at 2^32-1":    func(data []byte) { copy(data[at+10:], "\xff\xff\xff\xff") },
		"orientation 9":          func(data []byte) { data[at+24] = 9 },
		"orientation 0":          func(data []byte) { data[at+24] = 0 },
		"another type":           func(data []byte) { data[at+18] = 4 },
		"another segment":        func(data []byte) { data[at] = 'X' },
	} {
		data := bytes.Clone(whole)
		damage(data)
		if got := orientation(data); got != 1 {
			t.Errorf("%s: orientation %d", name, got)
		}
	}
	for n := range whole {
		orientation(whole[:n]) // must not panic
	}
	if orientation(whole) != 6 {
		t.Error("the undamaged file has no orientation 6")
	}
}

func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("testdata/decode/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		if data, err := os.ReadFile(path); err == nil && !strings.Contains(path, "want") {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := Decode(data, Limits{MaxPixels: 1 << 16})
		if err == nil && (len(img.Pix) != 3*img.Width*img.Height || img.Orientation < 1 || img.Orientation > 8) {
			t.Errorf("%dx%d image with %d bytes", img.Width, img.Height, len(img.Pix))
		}
		known := errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnsupported)
		if err != nil && !known {
			t.Errorf("untyped error %v", err)
		}
		if errors.Is(err, ErrCorrupt) && strings.Contains(err.Error(), "panicked") {
			t.Logf("decoder panic: %v", err)
		}
	})
}
