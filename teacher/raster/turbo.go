//go:build turbojpeg

package raster

// #cgo LDFLAGS: -ljpeg
// #include "turbo.h"
import "C"

import (
	"errors"
	"image"
	"unsafe"

	"github.com/groundmill/groundmill/teacher"
)

var jpegDecoder = "libjpeg-turbo " + C.GoString(C.turbo_version)

// decodeTurbo decodes by libjpeg-turbo, as Pillow does. It reports false for
// CMYK. C keeps its state on its own stack and heap for the one call, so there
// is no handle to share or to close.
func decodeTurbo(data []byte, config image.Config) (*teacher.RGB, bool, error) {
	m := newRGB(config.Width, config.Height)
	result := C.turbo_decode(
		(*C.uchar)(unsafe.SliceData(data)), C.size_t(len(data)),
		(*C.uchar)(unsafe.SliceData(m.Pix)), C.uint(m.Width), C.uint(m.Height),
	)
	switch result.status {
	case C.turbo_done:
		return m, true, nil
	case C.turbo_corrupt:
		Recycle(m)
		return nil, false, errors.New(C.GoString(&result.message[0]))
	}
	Recycle(m)
	return nil, false, nil
}
