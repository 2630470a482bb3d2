package page

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/raster"
)

// Bounds of the pictures on a page.
const (
	thumbnailSide    = 360      // pixels of the longer side
	thumbnailQuality = 78       // of JPEG
	PictureBytes     = 11 << 20 // of all on a page; a third more as base64
)

// Thumbnail returns a small JPEG of an image file.
func Thumbnail(data []byte) ([]byte, error) {
	full, err := raster.Decode(data, raster.Limits{})
	if err != nil {
		return nil, err
	}
	defer raster.Recycle(full.RGB)
	small := full.RGB
	if longest := max(full.Width, full.Height); longest > thumbnailSide {
		small = raster.Resize(full.RGB, max(full.Width*thumbnailSide/longest, 1), max(full.Height*thumbnailSide/longest, 1))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, rgba(small), &jpeg.Options{Quality: thumbnailQuality}); err != nil {
		return nil, fmt.Errorf("encode thumbnail: %w", err)
	}
	return out.Bytes(), nil
}

// rgba converts a raster for the encoder of JPEG.
func rgba(m *teacher.RGB) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, m.Width, m.Height))
	for i := range m.Width * m.Height {
		copy(out.Pix[4*i:], m.Pix[3*i:3*i+3])
		out.Pix[4*i+3] = 255
	}
	return out
}
