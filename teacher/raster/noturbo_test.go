//go:build !turbojpeg

package raster

// exactJPEG says that JPEG is decoded to Pillow's very pixels.
const exactJPEG = false

// decoderGarbage bounds what image/jpeg allocates for 4:2:0, in bytes a pixel: its
// planes, 1.5, and its state once more.
const decoderGarbage = 1.7
