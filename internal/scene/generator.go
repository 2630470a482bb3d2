package scene

import (
	"fmt"
	"image"
	"slices"
)

// A Generator makes scenes. It is read-only: any number of goroutines may share it.
type Generator struct {
	cfg   Config
	sets  []*PictureSet
	nouns []Noun
}

// New returns a generator that draws from sets. The order of the sets matters to what a
// scene number gives.
func New(cfg Config, sets []*PictureSet) (*Generator, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("scene configuration: %w", err)
	}
	if len(sets) == 0 {
		return nil, fmt.Errorf("scene configuration: at least one picture set is needed")
	}
	return &Generator{cfg: cfg, sets: sets, nouns: someNouns(cfg.Nouns)}, nil
}

// someNouns returns n nouns spread evenly over the list, so that all sorts stay in; 0 is all.
func someNouns(n int) []Noun {
	all := Nouns()
	if n == 0 {
		return all
	}
	some := make([]Noun, n)
	for i := range some {
		some[i] = all[i*len(all)/n]
	}
	return some
}

// Scene makes scene i.
func (g *Generator) Scene(i int) Scene {
	r := newRandom(g.cfg.Seed, i)
	c := pick(r, g.cfg.Canvases)
	size := image.Rect(0, 0, r.in(c.Width), r.in(c.Height))
	objects, sprites := g.arrange(r, size)
	s := Scene{Index: i, Objects: objects, Image: paint(r, size, objects, sprites)}
	s.Sample = g.caption(r, objects)
	s.Width, s.Height = size.Dx(), size.Dy()
	s.PictureSets = setNames(objects)
	return s
}

func setNames(objects []Object) []string {
	names := []string{}
	for _, o := range objects {
		names = append(names, o.Set)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// chooseNouns returns n nouns that may meet, none of them in taken's families. Fewer come
// back only if the families leave no more.
func (g *Generator) chooseNouns(r random, n int, taken []Noun) []Noun {
	var chosen []Noun
	for tries := 0; len(chosen) < n && tries < 50*n; tries++ {
		noun := pick(r, g.nouns)
		if mayJoin(noun, taken) && mayJoin(noun, chosen) {
			chosen = append(chosen, noun)
		}
	}
	return chosen
}

func mayJoin(n Noun, others []Noun) bool {
	return !slices.ContainsFunc(others, func(o Noun) bool {
		return o.Label() == n.Label() || o.Family != "" && o.Family == n.Family
	})
}
