package scene

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// paint composes the objects over a background, the first at the back, and varies contrast
// and brightness of the whole.
func paint(r random, size image.Rectangle, objects []Object, sprites []*image.RGBA) *image.RGBA {
	img := background(r, size)
	for i, o := range objects {
		draw.Draw(img, o.Box, sprites[i], image.Point{}, draw.Over)
	}
	adjust(img, r.between(0.75, 1.2), r.between(-22, 22))
	return img
}

// side returns the picture as it is or mirrored.
func (p picture) side(mirrored bool) *image.RGBA {
	if mirrored {
		return p.mirrored
	}
	return p.plain
}

// paintSprite scales a picture to the given longer side, turns it by an angle in radians and
// crops it to what is visible, so that its bounds are the object's tight box.
func paintSprite(src *image.RGBA, side, turn float64) *image.RGBA {
	b := src.Bounds()
	k := side / float64(max(b.Dx(), b.Dy()))
	w, h := max(1, int(math.Round(k*float64(b.Dx())))), max(1, int(math.Round(k*float64(b.Dy()))))
	sprite := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.CatmullRom.Scale(sprite, sprite.Bounds(), src, b, draw.Src, nil)
	if turn != 0 {
		sprite = rotate(sprite, turn)
	}
	return crop(sprite, VisibleBox(sprite))
}

// rotate turns img around its centre, on a canvas that holds all of it.
func rotate(img *image.RGBA, turn float64) *image.RGBA {
	sin, cos := math.Sincos(turn)
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	side := func(a, b float64) int { return int(math.Ceil(a*math.Abs(cos)+b*math.Abs(sin))) + 2 }
	out := image.NewRGBA(image.Rect(0, 0, side(w, h), side(h, w)))
	cx, cy := float64(out.Rect.Dx())/2, float64(out.Rect.Dy())/2
	xdraw.ApproxBiLinear.Transform(out, f64.Aff3{
		cos, -sin, cx - cos*w/2 + sin*h/2,
		sin, cos, cy - sin*w/2 - cos*h/2,
	}, img, img.Bounds(), draw.Src, nil)
	return out
}

// adjust changes contrast around mid-grey and brightness in grey levels.
func adjust(img *image.RGBA, contrast, brightness float64) {
	var table [256]uint8
	for v := range table {
		table[v] = clamp(128 + contrast*(float64(v)-128) + brightness)
	}
	for i := 0; i < len(img.Pix); i += 4 {
		p := img.Pix[i : i+3 : i+3]
		p[0], p[1], p[2] = table[p[0]], table[p[1]], table[p[2]]
	}
}

func clamp(v float64) uint8 { return uint8(math.Round(math.Min(math.Max(v, 0), 255))) }

// background paints an opaque canvas: mostly soft blobs of colour, sometimes one colour, a
// gradient or film grain over either.
func background(r random, size image.Rectangle) *image.RGBA {
	base, spread := randomColour(r, color.RGBA{128, 128, 128, 255}, 127), r.between(20, 127)
	var img *image.RGBA
	switch n := r.IntN(20); {
	case n == 0:
		img = enlarge([]color.RGBA{{255, 255, 255, 255}}, 1, size)
	case n < 3:
		img = enlarge([]color.RGBA{base}, 1, size)
	case n < 6:
		img = enlarge(randomColours(r, 4, base, spread), 2, size)
	default:
		cols, rows := 3+r.IntN(4), 3+r.IntN(4)
		img = enlarge(randomColours(r, cols*rows, base, spread), cols, size)
	}
	if r.chance(0.2) {
		grain(r, img, 2+r.IntN(14))
	}
	return img
}

func randomColours(r random, n int, base color.RGBA, spread float64) []color.RGBA {
	colours := make([]color.RGBA, n)
	for i := range colours {
		colours[i] = randomColour(r, base, spread)
	}
	return colours
}

// randomColour returns an opaque colour whose channels differ from base by at most spread.
func randomColour(r random, base color.RGBA, spread float64) color.RGBA {
	near := func(v uint8) uint8 { return clamp(float64(v) + r.between(-spread, spread)) }
	return color.RGBA{near(base.R), near(base.G), near(base.B), 255}
}

// enlarge scales a small raster of colours with cols columns to size.
func enlarge(colours []color.RGBA, cols int, size image.Rectangle) *image.RGBA {
	small := image.NewRGBA(image.Rect(0, 0, cols, len(colours)/cols))
	for i, c := range colours {
		small.SetRGBA(i%cols, i/cols, c)
	}
	out := image.NewRGBA(size)
	xdraw.CatmullRom.Scale(out, size, small, small.Bounds(), draw.Src, nil)
	return out
}

// grain adds noise of at most the given number of grey levels up or down, one draw for
// eight channels.
func grain(r random, img *image.RGBA, levels int) {
	var bits uint64
	for i := range img.Pix {
		if i%8 == 0 {
			bits = r.Uint64()
		}
		if i%4 == 3 {
			bits >>= 8
			continue
		}
		noise := (int(bits&255)*(2*levels+1))>>8 - levels
		img.Pix[i] = uint8(min(max(int(img.Pix[i])+noise, 0), 255))
		bits >>= 8
	}
}
