// Package raster turns encoded images into 8-bit RGB and resizes them, both as
// Pillow does, because the released GLIP weights were trained and evaluated on
// what Pillow gives.
//
//	img, err := raster.Decode(data, raster.Limits{}) // errors wrap ErrUnsupported, ErrCorrupt or ErrTooLarge
//	small := raster.Resize(img.RGB, 1066, 800)
//
// # Decoding
//
// JPEG, PNG, WebP and GIF (first frame), by the Go decoders. Sizes are read from
// the header and checked against Limits before any pixel is allocated. The
// result is what Image.convert("RGB") gives in Pillow:
//
//   - grey is repeated in the three channels, palettes are looked up;
//   - alpha is dropped without compositing, the colour below it stays as stored;
//   - CMYK is converted by Pillow's formula, without ICC profiles;
//   - the chroma of JPEG is interpolated as libjpeg does ("fancy upsampling"),
//     that of WebP as libwebp does. WebP is equal to Pillow in every pixel; JPEG
//     differs by a few levels where the inverse DCT rounds differently;
//   - 16-bit samples keep their high byte. Pillow does so for colour, but
//     saturates 16-bit grey, which makes such an image white; that is not copied.
//
// EXIF orientation is reported, not applied: boxes are stored in the raster as
// decoded. It is read from JPEG alone.
//
// # Resizing
//
// Resize is Pillow's BILINEAR for 8-bit images, bit for bit.
//
// All functions are safe for concurrent use; a Resizer is not.
package raster
