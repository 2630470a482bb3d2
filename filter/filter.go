package filter

import (
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Filter applies a Config. It is safe for concurrent use.
type Filter struct {
	config Config
}

// New returns a Filter, or what Config.Validate finds.
func New(c Config) (*Filter, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.DropFlags = slices.Clone(c.DropFlags)
	return &Filter{config: c}, nil
}

// Apply returns the phrases of one image of width×height pixels with the boxes
// that all rules keep, in the order given, and what was removed. The input is
// not changed; the result shares its texts and flags.
func (f *Filter) Apply(width, height int, phrases []schema.Phrase) ([]schema.Phrase, Removals) {
	s := f.Sieve()
	out := s.Narrow(width, height, clone(phrases))
	return out, s.Removals()
}

// clone copies phrases with their boxes, which take one piece of memory.
func clone(phrases []schema.Phrase) []schema.Phrase {
	n := 0
	for i := range phrases {
		n += len(phrases[i].Boxes)
	}
	boxes := make([]schema.ScoredBox, 0, n)
	out := append(make([]schema.Phrase, 0, len(phrases)), phrases...)
	for i := range out {
		if len(out[i].Boxes) == 0 {
			out[i].Boxes = nil
			continue
		}
		from := len(boxes)
		boxes = append(boxes, out[i].Boxes...)
		out[i].Boxes = boxes[from:len(boxes):len(boxes)]
	}
	return out
}
