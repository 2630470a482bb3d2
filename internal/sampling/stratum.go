package sampling

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// cell is a stratum as a key of maps.
type cell struct {
	band, size, group int
	kind              string
}

// COCO's classes of box sizes, in square pixels.
const (
	smallArea  = 32 * 32
	mediumArea = 96 * 96
)

var sizeNames = []string{"small", "medium", "large"}

// plain is the kind of phrases without flags.
const plain = "plain"

// Strata names the stratum of boxes, as samples of the same options do.
type Strata struct{ strata strata }

// NewStrata returns the strata of By, Bands and Groups; the other options play no
// part.
func NewStrata(o Options) Strata { return Strata{newStrata(o)} }

// Name returns the name of a box's stratum.
func (s Strata) Name(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) string {
	return s.strata.name(s.strata.of(row, p, b))
}

// Group returns the group of a stratum, by its name: the strata that differ from it
// in the score alone, such as "small, plain".
func Group(name string) string {
	if rest, banded := strings.CutPrefix(name, scorePrefix); banded {
		_, group, _ := strings.Cut(rest, ", ")
		return cmp.Or(group, everything)
	}
	return name
}

// Parts of the names of strata.
const (
	scorePrefix = "score "
	everything  = "all" // the only stratum
)

// strata puts boxes into strata. What is not asked for is the same for all.
type strata struct {
	options                  Options
	score, size, kind, shard bool
}

func newStrata(o Options) strata {
	has := func(d Dimension) bool { return slices.Contains(o.By, d) }
	return strata{o, has(ByScore), has(BySize), has(ByKind), has(ByShard)}
}

// of returns the cell of a box. Scores compare in float32, as they are stored.
func (s strata) of(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) cell {
	var c cell
	if s.score {
		for c.band < len(s.options.Bands) && b.Score >= float32(s.options.Bands[c.band]) {
			c.band++
		}
	}
	if area := b.Area(); s.size && area >= mediumArea {
		c.size = 2
	} else if s.size && area >= smallArea {
		c.size = 1
	}
	if s.kind {
		c.kind = kindOf(p.Flags)
	}
	if s.shard {
		h := fnv.New32a()
		h.Write([]byte(row.Source.Shard))
		c.group = int(h.Sum32() % uint32(s.options.Groups))
	}
	return c
}

func kindOf(flags []string) string {
	switch len(flags) {
	case 0:
		return plain
	case 1:
		return flags[0]
	}
	sorted := slices.Sorted(slices.Values(flags))
	return strings.Join(slices.Compact(sorted), "+")
}

// name is what files and people call a cell, such as "score 0.5-0.6, small, plain".
func (s strata) name(c cell) string {
	var parts []string
	if s.score {
		low, high := s.edges(c)
		parts = append(parts, fmt.Sprintf("%s%v-%v", scorePrefix, low, high))
	}
	if s.size {
		parts = append(parts, sizeNames[c.size])
	}
	if s.kind {
		parts = append(parts, c.kind)
	}
	if s.shard {
		parts = append(parts, fmt.Sprintf("shards %d/%d", c.group+1, s.options.Groups))
	}
	if parts == nil {
		return everything
	}
	return strings.Join(parts, ", ")
}

// edges are the scores between which the cell's band lies.
func (s strata) edges(c cell) (low, high float64) {
	edges := slices.Concat([]float64{0}, s.options.Bands, []float64{1})
	return edges[c.band], edges[c.band+1]
}

// spread is the weight of the cell beside its population, of which it is this
// share: Neyman's standard deviation with the middle of the score band for the
// share that is right, which is what scores would be if they were honest.
func (s strata) spread(c cell, share float64) float64 {
	switch {
	case s.options.Allocation == Equal:
		return 1 / share
	case s.options.Allocation == Neyman && s.score:
		low, high := s.edges(c)
		p := (low + high) / 2
		return math.Sqrt(p * (1 - p))
	}
	return 1
}
