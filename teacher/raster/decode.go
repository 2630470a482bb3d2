package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"

	"golang.org/x/image/webp"

	"github.com/groundmill/groundmill/teacher"
)

// Every error of Decode wraps one of these.
var (
	// ErrUnsupported: the data are no JPEG, PNG, WebP or GIF, or are an animated WebP.
	ErrUnsupported = errors.New("unsupported image format")
	// ErrCorrupt: the decoder failed; truncated files are corrupt.
	ErrCorrupt = errors.New("corrupt image")
	// ErrTooLarge: a limit is passed.
	ErrTooLarge = errors.New("image is too large")
)

// Limits bound what Decode accepts. A zero field means its default. Decoding
// takes up to about 16 bytes of memory a pixel (progressive JPEG, 16-bit PNG).
type Limits struct {
	MaxPixels int64 // width*height; default 64 Mi
	MaxBytes  int   // encoded size; default 32 MiB
	MaxSide   int   // pixels; default 65,535, which JPEG and GIF cannot pass
}

func (l Limits) withDefaults() Limits {
	if l.MaxPixels == 0 {
		l.MaxPixels = 64 << 20
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = 32 << 20
	}
	if l.MaxSide == 0 {
		l.MaxSide = 65535
	}
	return l
}

// Image is a decoded image.
type Image struct {
	*teacher.RGB
	Format      string // "jpeg", "png", "webp" or "gif"
	Orientation int    // EXIF's 1 to 8, 1 if absent; not applied to the raster
}

// format is a decoder and how to recognise its data.
type format struct {
	name   string
	is     func(data []byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(data []byte, config image.Config) (*teacher.RGB, error)
}

var formats = []format{
	{"jpeg", hasPrefix("\xff\xd8"), jpeg.DecodeConfig, decodeJPEG},
	{"png", hasPrefix("\x89PNG\r\n\x1a\n"), png.DecodeConfig, decodePNG},
	{"webp", isWebP, webp.DecodeConfig, decodeWebP},
	{"gif", hasPrefix("GIF8"), gif.DecodeConfig, decodeGIF},
}

func hasPrefix(magic string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }
}

// Decode returns the image in data as RGB. It checks limits against the header
// before it allocates pixels, and never panics on any data.
func Decode(data []byte, limits Limits) (*Image, error) {
	limits = limits.withDefaults()
	if len(data) > limits.MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, len(data), limits.MaxBytes)
	}
	f, err := recognise(data)
	if err != nil {
		return nil, err
	}
	pixels, err := f.decodeWithin(data, limits)
	if err != nil {
		return nil, err
	}
	return &Image{RGB: pixels, Format: f.name, Orientation: orientation(data)}, nil
}

// decodeWithin checks the header against the limits, then decodes.
func (f format) decodeWithin(data []byte, limits Limits) (*teacher.RGB, error) {
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return nil, f.corrupt(err)
	}
	if err := limits.check(config.Width, config.Height); err != nil {
		return nil, err
	}
	return f.safely(data, config)
}

// safely decodes and takes a panic of the decoder for damage in the data.
func (f format) safely(data []byte, config image.Config) (pixels *teacher.RGB, err error) {
	defer func() {
		if p := recover(); p != nil {
			pixels, err = nil, fmt.Errorf("%w: the %s decoder panicked: %v", ErrCorrupt, f.name, p)
		}
	}()
	pixels, err = f.decode(data, config)
	if err != nil {
		return nil, f.corrupt(err)
	}
	return pixels, nil
}

func recognise(data []byte) (format, error) {
	for _, f := range formats {
		if !f.is(data) {
			continue
		}
		if f.name == "webp" && isAnimatedWebP(data) {
			return format{}, fmt.Errorf("%w: animated webp", ErrUnsupported)
		}
		return f, nil
	}
	if len(data) == 0 {
		return format{}, fmt.Errorf("%w: no data", ErrCorrupt)
	}
	return format{}, fmt.Errorf("%w: the data look like %s", ErrUnsupported, http.DetectContentType(data))
}

func (f format) corrupt(err error) error {
	var unsupported jpeg.UnsupportedError
	if errors.As(err, &unsupported) {
		return fmt.Errorf("%w: %s: %w", ErrUnsupported, f.name, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrCorrupt, f.name, err)
}

func (l Limits) check(width, height int) error {
	switch {
	case width < 1 || height < 1:
		return fmt.Errorf("%w: %dx%d pixels", ErrCorrupt, width, height)
	case width > l.MaxSide || height > l.MaxSide:
		return fmt.Errorf("%w: %dx%d pixels, the limit of a side is %d", ErrTooLarge, width, height, l.MaxSide)
	case int64(width)*int64(height) > l.MaxPixels:
		return fmt.Errorf("%w: %dx%d pixels, the limit is %d pixels", ErrTooLarge, width, height, l.MaxPixels)
	}
	return nil
}
