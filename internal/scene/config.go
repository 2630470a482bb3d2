package scene

import (
	"errors"
	"fmt"
	"math"
)

// Limits that Validate enforces.
const (
	minCanvas  = 32
	maxCanvas  = 2048
	minObject  = 8
	maxObjects = 64
)

// A Canvas says how large an image may be. Width and height are drawn independently.
type Canvas struct {
	Width, Height Span // pixels
}

// A Span is an inclusive range of whole numbers.
type Span struct{ Min, Max int }

// Config says what scenes look like. The zero value isn't valid: start from [Default].
type Config struct {
	Seed uint64

	// Canvases are the image sizes; every scene draws one of them with equal chance.
	Canvases []Canvas
	// Object is the longer side of a drawing in pixels, drawn evenly on a logarithmic
	// scale and at most 0.9 of the canvas's shorter side.
	Object Span
	// Kinds is the number of different nouns in a scene.
	Kinds Span
	// MaxObjects bounds the objects of a scene. Objects that find no place are left out.
	MaxObjects int
	// MaxOverlap is the share of the smaller box that two boxes may have in common, in [0,1].
	MaxOverlap float64
	// MaxTurn is the largest rotation in degrees, in [0,45]; 0 switches rotation off.
	MaxTurn float64
	// MixSets is the share of scenes whose drawings come from several picture sets, in [0,1].
	MixSets float64

	// Nouns is how many nouns are used, spread evenly over nouns.tsv; 0 means all.
	Nouns int
	// Absent is the share of captions that name one or two things that aren't there, in [0,1].
	Absent float64
	// Omit is the share of captions that leave one present kind out, in [0,1].
	Omit float64
}

// teacherNouns is how many of the nouns the bundled teacher was trained on.
const teacherNouns = 200

// Default returns the configuration of what the bundled teacher can label: the nouns it
// knows, as objects of all the sizes that its pyramid levels need.
func Default() Config {
	side := func(n int) Canvas { return Canvas{Width: Span{n, n}, Height: Span{n, n}} }
	return Config{
		Canvases:   []Canvas{side(128), side(192), side(256)},
		Object:     Span{32, 180},
		Nouns:      teacherNouns,
		Kinds:      Span{2, 4},
		MaxObjects: 6,
		MaxOverlap: 0.25,
		MaxTurn:    20,
		MixSets:    0.25,
		Absent:     0.5,
		Omit:       0.3,
	}
}

// Validate reports all fields that are out of range at once, each by name.
func (c Config) Validate() error {
	var problems []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	refuse(len(c.Canvases) == 0, "Canvases: at least one is needed")
	for i, v := range c.Canvases {
		refuse(!v.Width.within(minCanvas, maxCanvas), "Canvases[%d].Width: %v is not a range within %d-%d", i, v.Width, minCanvas, maxCanvas)
		refuse(!v.Height.within(minCanvas, maxCanvas), "Canvases[%d].Height: %v is not a range within %d-%d", i, v.Height, minCanvas, maxCanvas)
	}
	refuse(!c.Object.within(minObject, maxCanvas), "Object: %v is not a range within %d-%d", c.Object, minObject, maxCanvas)
	refuse(c.MaxObjects < 1 || c.MaxObjects > maxObjects, "MaxObjects: %d is not within 1-%d", c.MaxObjects, maxObjects)
	refuse(!c.Kinds.within(1, maxObjects), "Kinds: %v is not a range within 1-%d", c.Kinds, maxObjects)
	refuse(c.Kinds.Max > c.MaxObjects, "Kinds: %v asks for more than MaxObjects, %d", c.Kinds, c.MaxObjects)
	for _, f := range []struct {
		name       string
		value, max float64
	}{{"MaxOverlap", c.MaxOverlap, 1}, {"MaxTurn", c.MaxTurn, 45}, {"MixSets", c.MixSets, 1}, {"Absent", c.Absent, 1}, {"Omit", c.Omit, 1}} {
		refuse(math.IsNaN(f.value) || f.value < 0 || f.value > f.max, "%s: %v is not within 0-%v", f.name, f.value, f.max)
	}
	// Room for the kinds of a scene and the absent things, whatever their families.
	least := 4 * (c.Kinds.Max + maxAbsent)
	refuse(c.Nouns != 0 && (c.Nouns < least || c.Nouns > len(Nouns())), "Nouns: %d is not 0 or within %d-%d", c.Nouns, least, len(Nouns()))
	return errors.Join(problems...)
}

func (s Span) within(low, high int) bool {
	return low <= s.Min && s.Min <= s.Max && s.Max <= high
}

// String writes the span as the command line takes it: "32" or "32-180".
func (s Span) String() string {
	if s.Min == s.Max {
		return fmt.Sprint(s.Min)
	}
	return fmt.Sprintf("%d-%d", s.Min, s.Max)
}
