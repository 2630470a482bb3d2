package audit

import (
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// A stratum is a kind of phrase that samples are drawn from: a band of scores, a
// size of the best box and a kind of wording.
type stratum struct {
	band, size, kind int
}

// The names of the strata's dimensions, in the order of the page.
var (
	bandNames = []string{"Score 0.9 to 1", "Score 0.8 to 0.9", "Score 0.65 to 0.8", "Score 0.5 to 0.65", "Score below 0.5"}
	bandFloor = []float32{0.9, 0.8, 0.65, 0.5, 0}
	sizeNames = []string{"Large box", "Medium box", "Small box", "No box"}
	kindNames = []string{"several words", "one word", "name", "abstract", "beyond the prompt"}
)

// Borders between sizes, as shares of the image's area.
const (
	largeShare = 0.2
	smallShare = 0.02
)

// The places of sizes among sizeNames.
const (
	sizeLarge = iota
	sizeMedium
	sizeSmall
	sizeNone
	numSizes
)

// The places of kinds among kindNames.
const (
	kindSeveral = iota
	kindOne
	kindName
	kindAbstract
	kindBeyond
	numKinds
)

// numStrata is the number of strata, of which a run has only some.
const numStrata = 5 * numSizes * numKinds

func (s stratum) index() int { return (s.band*numSizes+s.size)*numKinds + s.kind }

func stratumAt(i int) stratum {
	return stratum{band: i / numKinds / numSizes, size: i / numKinds % numSizes, kind: i % numKinds}
}

// String is the stratum's name for people.
func (s stratum) String() string {
	return bandNames[s.band] + ", " + sizeNames[s.size] + ", " + kindNames[s.kind]
}

// stratumOf returns the stratum of a phrase of a row.
func stratumOf(row *schema.Row, p *schema.Phrase) stratum {
	return stratum{band: bandOf(p.BestScore), size: sizeOf(row, p), kind: kindOf(p)}
}

func bandOf(score float32) int {
	for i, floor := range bandFloor {
		if score >= floor {
			return i
		}
	}
	return len(bandFloor) - 1
}

// sizeOf goes by the best box.
func sizeOf(row *schema.Row, p *schema.Phrase) int {
	if len(p.Boxes) == 0 {
		return sizeNone
	}
	switch share := areaShare(row, p.Boxes[0].Box); {
	case share >= largeShare:
		return sizeLarge
	case share < smallShare:
		return sizeSmall
	}
	return sizeMedium
}

func kindOf(p *schema.Phrase) int {
	switch {
	case slices.Contains(p.Flags, schema.FlagBeyondPrompt):
		return kindBeyond
	case slices.Contains(p.Flags, schema.FlagAbstract):
		return kindAbstract
	case slices.Contains(p.Flags, schema.FlagName):
		return kindName
	case wordCount(p.Text) > 1:
		return kindSeveral
	}
	return kindOne
}

// areaShare is the part of the image that a box covers.
func areaShare(row *schema.Row, b schema.Box) float64 {
	return float64(b.Width()) * float64(b.Height()) / (float64(row.Width) * float64(row.Height))
}
