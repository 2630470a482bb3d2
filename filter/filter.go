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

// Reads returns the columns that the rules look at beside phrases and boxes:
// schema.SizeColumns, schema.FlagsColumn, both or none.
func (f *Filter) Reads() schema.Columns {
	var reads schema.Columns
	if f.limitsArea() {
		reads |= schema.SizeColumns
	}
	if len(f.config.DropFlags) > 0 {
		reads |= schema.FlagsColumn
	}
	return reads
}

// limitsArea says whether max_relative_area is on.
func (f *Filter) limitsArea() bool {
	return f.config.MaxRelativeArea > 0 && f.config.MaxRelativeArea < 1
}

// Apply returns the phrases of one image of width×height pixels with the boxes
// that all rules keep, in the order given, and what was removed. The input is
// not changed; the result shares its texts and flags.
func (f *Filter) Apply(width, height int, phrases []schema.Phrase) ([]schema.Phrase, Removals) {
	s := f.Sieve()
	row := schema.Select(&schema.Row{Width: int32(width), Height: int32(height), Phrases: phrases})
	s.Narrow(row)
	return left(row, 0, phrases), s.Removals()
}

// left returns the phrases that a selection keeps, with the boxes that it keeps, of
// a row that has these phrases.
func left(rows *schema.Selection, row int, phrases []schema.Phrase) []schema.Phrase {
	out := make([]schema.Phrase, 0, len(phrases))
	first, _ := rows.Phrases(row)
	for i, p := range phrases {
		if !rows.KeepsPhrase(first + i) {
			continue
		}
		boxes := p.Boxes
		p.Boxes = nil
		from, to := rows.Boxes(first + i)
		for box := from; box < to; box++ {
			if rows.KeepsBox(box) {
				p.Boxes = append(p.Boxes, boxes[box-from])
			}
		}
		out = append(out, p)
	}
	return out
}
