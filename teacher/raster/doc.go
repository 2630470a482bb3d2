// Package raster turns encoded images into 8-bit RGB and resizes them, both as
// Pillow does, because the released GLIP weights were trained and evaluated on
// what Pillow gives.
//
//	img, err := raster.Decode(data, raster.Limits{}) // errors wrap ErrUnsupported, ErrCorrupt or ErrTooLarge
//	input := raster.Resize(img.RGB, 1066, 800)
//	raster.Recycle(img.RGB) // optional
//
// # Decoding
//
// JPEG, PNG, WebP and GIF (first frame). Sizes are read from the header and
// checked against Limits before any pixel is allocated. The result is what
// Image.convert("RGB") gives in Pillow:
//
//   - grey is repeated in the three channels, palettes are looked up;
//   - alpha is dropped without compositing, the colour below it stays as stored;
//   - CMYK is converted by Pillow's formula, without ICC profiles;
//   - the chroma of JPEG is interpolated as libjpeg does ("fancy upsampling"),
//     that of WebP as libwebp does;
//   - 16-bit samples keep their high byte. Pillow does so for colour, but
//     saturates 16-bit grey, which makes such an image white; that is not copied.
//
// JPEG is decoded by image/jpeg, whose inverse DCT rounds a few samples in a
// hundred another way, or by libjpeg-turbo in binaries built with the tag
// turbojpeg (cgo): four times as fast, and Pillow's very pixels. JPEGDecoder
// names the one in use. Both refuse truncated files and the same damage, as far
// as either can see it; docs/images.md has the figures.
//
// EXIF orientation is reported, not applied: boxes are stored in the raster as
// decoded. It is read from JPEG alone.
//
// # Resizing
//
// Resize is Pillow's BILINEAR for 8-bit images, bit for bit.
//
// # Memory
//
// Rasters belong to the caller. One that is done with may be given to Recycle,
// and later ones are made of its pixels: a loop that recycles all allocates no
// pixels once it runs, but for the planes that the Go decoders make for
// themselves (image/jpeg: 1.5 bytes a pixel for 4:2:0).
//
// All functions are safe for concurrent use; a Resizer is not.
package raster
