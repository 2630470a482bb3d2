package main

import (
	"image"
	"image/draw"

	"github.com/groundmill/groundmill/internal/scene"
	xdraw "golang.org/x/image/draw"
)

// maxSide is the largest width and height of a packed picture, in pixels.
const maxSide = 96

// shrink crops img to its visible part, scales it down to maxSide if it is larger and keeps
// that many levels per channel: smooth shading, the bulk of a PNG, then packs well.
func shrink(img image.Image, levels int) *image.NRGBA {
	rgba := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(rgba, rgba.Bounds(), img, img.Bounds().Min, draw.Src)
	box := scene.VisibleBox(rgba)
	w, h := box.Dx(), box.Dy()
	if long := max(w, h); long > maxSide {
		w, h = max(1, w*maxSide/long), max(1, h*maxSide/long)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.CatmullRom.Scale(small, small.Bounds(), rgba, box, draw.Src, nil)
	out := image.NewNRGBA(small.Bounds())
	draw.Draw(out, out.Bounds(), small, image.Point{}, draw.Src)
	for i, v := range out.Pix {
		out.Pix[i] = level(v, levels)
	}
	return out
}

// level rounds v to the nearest of n evenly spaced values from 0 to 255.
func level(v uint8, n int) uint8 {
	step := (int(v)*(n-1) + 127) / 255
	return uint8((step*255 + (n-1)/2) / (n - 1))
}
