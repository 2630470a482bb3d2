package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"github.com/groundmill/groundmill/teacher"
)

// maxScans bounds the passes of a progressive JPEG over the image. Encoders make
// about ten; without a bound a small file can keep a decoder busy for hours.
const maxScans = 200

// JPEGDecoder names what decodes JPEG in this binary, and its version, such as
// "libjpeg-turbo 2.1.5" or "image/jpeg go1.26.8". The two differ by a few levels
// in some pixels, so results depend on it.
func JPEGDecoder() string { return jpegDecoder }

// decodeJPEG decodes by libjpeg-turbo if this binary has it and it takes the
// file, and by image/jpeg else.
func decodeJPEG(data []byte, config image.Config) (*teacher.RGB, error) {
	// Start-of-scan markers: compressed data cannot hold these bytes.
	if n := bytes.Count(data, []byte{0xff, markerSOS}); n > maxScans {
		return nil, fmt.Errorf("%d scans, the limit is %d", n, maxScans)
	}
	if err := checkTables(data); err != nil {
		return nil, err
	}
	if m, ok, err := decodeTurbo(data, config); ok || err != nil {
		return m, err
	}
	return decodeGoJPEG(data, config)
}

// decodeGoJPEG decodes by image/jpeg. What it finds unsupported only after the
// header has passed is damage, but for the kinds of CMYK.
func decodeGoJPEG(data []byte, config image.Config) (*teacher.RGB, error) {
	m, err := jpeg.Decode(bytes.NewReader(data))
	switch {
	case err != nil && config.ColorModel != color.CMYKModel:
		return nil, errors.New(err.Error())
	case err != nil:
		return nil, err
	}
	if m, ok := m.(*image.YCbCr); ok {
		return jpegToRGB(m), nil
	}
	return toRGB(m), nil
}
