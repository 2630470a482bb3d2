package sampling

import (
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Dimension is one of the things by which boxes are put into strata.
type Dimension string

// The dimensions.
const (
	ByScore Dimension = "score" // the band of the box's score
	BySize  Dimension = "size"  // small, medium or large
	ByKind  Dimension = "kind"  // the flags of the phrase, or plain
	ByShard Dimension = "shard" // the group of the input file
)

// Dimensions returns all dimensions, in the order of a stratum's name.
func Dimensions() []Dimension { return []Dimension{ByScore, BySize, ByKind, ByShard} }

// Allocation says how many boxes each stratum gets.
type Allocation string

// The allocations.
const (
	Proportional Allocation = "proportional" // as many as it has of all: best for one figure of all boxes
	Neyman       Allocation = "neyman"       // more where scores say that judges will differ: p(1-p) with the band's middle as p
	Equal        Allocation = "equal"        // as many as the others: best to compare strata
)

// Allocations returns all allocations.
func Allocations() []Allocation { return []Allocation{Proportional, Neyman, Equal} }

// Options say what to draw.
type Options struct {
	// N is how many boxes to draw; 0 computes it from HalfWidth.
	N int
	// HalfWidth and Confidence are those of stats.SampleSize for a share near
	// Expected.
	HalfWidth, Confidence, Expected float64
	// Least is how many boxes each stratum gets at least, if it has them. A
	// variance needs 2.
	Least      int
	Allocation Allocation
	Seed       uint64

	By     []Dimension
	Bands  []float64 // inner edges of the score bands, rising; an edge is in the upper band
	Groups int       // of input files

	// Progress is told how many boxes were seen in both readings; nil is fine.
	Progress func(boxes int64)
}

// Default returns ±2 % at 95 % in the worst case, in bands of a tenth.
func Default() Options {
	return Options{
		HalfWidth: 0.02, Confidence: 0.95, Expected: 0.5,
		Least: 2, Allocation: Proportional, Seed: 1,
		By:     []Dimension{ByScore, BySize, ByKind},
		Bands:  []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9},
		Groups: 4,
	}
}

// Validate returns a *schema.InvalidError that lists every problem, or nil.
// HalfWidth, Confidence and Expected are for stats.SampleSize to refuse.
func (o Options) Validate() error {
	var c schema.Check
	if o.N < 0 {
		c.Addf("n", "%d is negative", o.N)
	}
	if o.Least < 1 {
		c.Addf("least", "%d is not 1 or more: an empty stratum could not be estimated", o.Least)
	}
	if !slices.Contains(Allocations(), o.Allocation) {
		c.Addf("allocation", "%q is not one of %q", o.Allocation, Allocations())
	}
	for _, d := range o.By {
		if !slices.Contains(Dimensions(), d) {
			c.Addf("by", "%q is not one of %q", d, Dimensions())
		}
	}
	for i, edge := range o.Bands {
		if !(edge > 0 && edge < 1) || i > 0 && edge <= o.Bands[i-1] {
			c.Addf("bands", "%v are not rising numbers in (0, 1)", o.Bands)
			break
		}
	}
	if o.Groups < 1 || o.Groups > 1000 {
		c.Addf("groups", "%d is not between 1 and 1000", o.Groups)
	}
	return c.Err("sample")
}
