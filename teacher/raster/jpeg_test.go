package raster

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestJPEGDecoderIsNamedWithItsVersion(t *testing.T) {
	name, version, ok := strings.Cut(JPEGDecoder(), " ")
	if want := map[bool]string{true: "libjpeg-turbo", false: "image/jpeg"}[exactJPEG]; !ok || name != want || version == "" {
		t.Errorf("%q, want %s and a version", JPEGDecoder(), want)
	}
}

// cutSegment takes out the first segment with the marker.
func cutSegment(t *testing.T, data []byte, marker byte) []byte {
	t.Helper()
	at := bytes.Index(data, []byte{0xff, marker})
	size := 2 + int(data[at+2])<<8 + int(data[at+3])
	return append(bytes.Clone(data[:at]), data[at+size:]...)
}

// splice replaces n bytes from at on.
func splice(data []byte, at, n int, with string) []byte {
	return append(append(bytes.Clone(data[:at]), with...), data[at+n:]...)
}

// TestDamageIsJudgedAlike holds for both decoders of JPEG.
func TestDamageIsJudgedAlike(t *testing.T) {
	plain := readFile(t, "testdata/decode/ycc420.jpg")
	restarts := readFile(t, "testdata/decode/ycc420-restart.jpg")
	end := len(plain) - 2
	scan := bytes.Index(plain, []byte{0xff, markerSOS})
	restart := bytes.Index(restarts, []byte{0xff, markerRST0})
	tables := bytes.Index(plain, []byte{0xff, markerDHT})
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"undamaged":                  {plain, nil},
		"no end marker":              {plain[:end], ErrCorrupt},
		"pixels missing":             {splice(plain, end-20, 20, ""), ErrCorrupt},
		"no pixels":                  {plain[:scan], ErrCorrupt},
		"no scan":                    {splice(plain, scan, end-scan, ""), ErrCorrupt},
		"garbage after the end":      {append(bytes.Clone(plain), "garbage"...), nil},
		"garbage between segments":   {splice(plain, scan, 0, "garbage"), nil},
		"garbage after the pixels":   {splice(plain, end, 0, "garbage"), nil},
		"fill bytes before a marker": {splice(plain, scan, 0, "\xff\xff"), nil},
		"restart after the pixels":   {splice(plain, end, 0, "\xff\xd0"), nil},
		"impossible codes":           {splice(plain, scan+60, 40, strings.Repeat("\xff\x00", 20)), ErrCorrupt},
		"wrong restart":              {splice(restarts, restart+1, 1, "\xd4"), ErrCorrupt},
		"lost restart":               {splice(restarts, restart, 2, ""), ErrCorrupt},
		"garbage before a restart":   {splice(restarts, restart, 0, "garbage"), nil},
		"no quantization table":      {cutSegment(t, plain, markerDQT), ErrCorrupt},
		"no Huffman table":           {cutSegment(t, plain, markerDHT), ErrCorrupt},
		"too many Huffman codes":     {splice(plain, tables+5, 1, "\x03"), ErrCorrupt},
		"two frames":                 {splice(plain, scan, 0, string(plain[bytes.Index(plain, []byte{0xff, markerSOF0}):tables])), ErrCorrupt},
		"arithmetic coding":          {readFile(t, "testdata/decode/arithmetic.jpg"), ErrUnsupported},
		"twelve bits":                {splice(plain, bytes.Index(plain, []byte{0xff, markerSOF0})+4, 1, "\x0c"), ErrUnsupported},
	} {
		_, err := Decode(c.data, Limits{})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

func TestEveryTruncationIsCorrupt(t *testing.T) {
	for _, name := range []string{"ycc420.jpg", "progressive.jpg", "grey.jpg", "three-scans.jpg", "cmyk.jpg"} {
		data := readFile(t, "testdata/decode", name)
		for n := 2; n < len(data); n++ {
			if _, err := Decode(data[:n], Limits{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s cut to %d of %d bytes: %v", name, n, len(data), err)
			}
		}
	}
}

func FuzzCheckTables(f *testing.F) {
	for _, name := range []string{"ycc420.jpg", "progressive.jpg", "three-scans.jpg", "ycc420-restart.jpg"} {
		f.Add(readFile(f, "testdata/decode", name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		for marker, body := range segments(data) {
			if marker == 0 || marker == 0xff {
				t.Errorf("marker %#x", marker)
			}
			size += len(body) + 4
		}
		if size > len(data) {
			t.Errorf("%d bytes of segments in %d", size, len(data))
		}
		_ = checkTables(data) // must not panic
	})
}
