//go:build !turbojpeg

package raster

import (
	"image"
	"runtime"

	"github.com/groundmill/groundmill/teacher"
)

var jpegDecoder = "image/jpeg " + runtime.Version()

// decodeTurbo takes no file: this binary is built without the tag turbojpeg.
func decodeTurbo([]byte, image.Config) (*teacher.RGB, bool, error) { return nil, false, nil }
