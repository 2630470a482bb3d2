package scene

import (
	"image"
	"math"
)

// A wish is an object before it has a place.
type wish struct {
	noun    Noun
	drawing Drawing
	set     *PictureSet
	side    float64 // longer side in pixels
}

// arrange chooses the objects of a scene and their places. Objects that find no place are
// dropped, but for the first, so a scene is never empty.
func (g *Generator) arrange(r random, canvas image.Rectangle) ([]Object, []*image.RGBA) {
	wishes := g.wishes(r, float64(min(canvas.Dx(), canvas.Dy())))
	r.Shuffle(len(wishes), func(i, j int) { wishes[i], wishes[j] = wishes[j], wishes[i] })
	var objects []Object
	var sprites []*image.RGBA
	for _, w := range wishes {
		if sprite, box, ok := g.place(r, w, canvas, objects); ok {
			objects = append(objects, Object{Noun: w.noun, Drawing: w.drawing, Set: w.set.Name, Box: box})
			sprites = append(sprites, sprite)
		}
	}
	return objects, sprites
}

// wishes draws the kinds of a scene, how many of each, their drawings and sizes.
func (g *Generator) wishes(r random, shortSide float64) []wish {
	set := pick(r, g.sets)
	mixed := r.chance(g.cfg.MixSets)
	nouns := g.chooseNouns(r, r.in(g.cfg.Kinds), nil)
	counts := g.counts(r, len(nouns))
	var wishes []wish
	for k, noun := range nouns {
		drawing := pick(r, noun.Drawings)
		for _, side := range g.sides(r, counts[k], shortSide) {
			if r.chance(0.5) {
				drawing = pick(r, noun.Drawings)
			}
			if mixed {
				set = pick(r, g.sets)
			}
			wishes = append(wishes, wish{noun: noun, drawing: drawing, set: set, side: side})
		}
	}
	return wishes
}

// counts deals out at most MaxObjects objects to n kinds: one each, then some more of some.
func (g *Generator) counts(r random, n int) []int {
	counts := make([]int, n)
	for i := range counts {
		counts[i] = 1
	}
	for spare := r.IntN(g.cfg.MaxObjects - n + 1); spare > 0; spare-- {
		counts[r.IntN(n)]++
	}
	return counts
}

// sides draws the sizes of n objects of a kind: alike, a clear contrast of big and small, or
// free.
func (g *Generator) sides(r random, n int, shortSide float64) []float64 {
	low := math.Min(float64(g.cfg.Object.Min), 0.9*shortSide)
	high := math.Min(float64(g.cfg.Object.Max), 0.9*shortSide)
	sides := make([]float64, n)
	base := r.logBetween(low, high)
	const contrast = 1.8
	style := r.IntN(10)
	if style < 4 && n > 1 && high/low > contrast {
		base = r.logBetween(low, high/contrast)
	}
	for i := range sides {
		switch {
		case style >= 8:
			sides[i] = r.logBetween(low, high)
		case style < 4 && n > 1 && (i == 0 || i < n-1 && r.chance(0.4)):
			sides[i] = base * r.between(contrast, contrast+0.4)
		default:
			sides[i] = base * r.between(0.93, 1.07)
		}
		sides[i] = math.Min(math.Max(sides[i], low), high)
	}
	return sides
}

// place paints the sprite of w and finds it a place that overlaps no earlier object by more
// than MaxOverlap, at a smaller size if need be.
func (g *Generator) place(r random, w wish, canvas image.Rectangle, earlier []Object) (*image.RGBA, image.Rectangle, bool) {
	const sizes, triesPerSize, shrink = 4, 10, 0.8
	turn := 0.0
	if r.chance(0.3) {
		turn = r.between(-1, 1) * g.cfg.MaxTurn * math.Pi / 180
	}
	mirrored := !w.noun.Lettered && r.chance(0.5)
	for range sizes {
		sprite := paintSprite(w.set.pictures[w.drawing.Name].side(mirrored), w.side, turn)
		room := canvas.Max.Sub(sprite.Rect.Max)
		if room.X < 0 || room.Y < 0 {
			turn = 0 // upright it fits, as sides leaves a margin
			continue
		}
		for range triesPerSize {
			box := sprite.Rect.Add(image.Pt(r.IntN(room.X+1), r.IntN(room.Y+1)))
			if g.fits(box, earlier) {
				return sprite, box, true
			}
		}
		if w.side *= shrink; w.side < float64(g.cfg.Object.Min) {
			break
		}
	}
	return nil, image.Rectangle{}, false
}

func (g *Generator) fits(box image.Rectangle, earlier []Object) bool {
	for _, o := range earlier {
		if overlap(box, o.Box) > g.cfg.MaxOverlap {
			return false
		}
	}
	return true
}

// overlap is the share of the smaller box that lies in the other.
func overlap(a, b image.Rectangle) float64 {
	return float64(area(a.Intersect(b))) / float64(min(area(a), area(b)))
}

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }
