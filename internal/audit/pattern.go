package audit

import (
	"github.com/groundmill/groundmill/schema"
)

// pattern is something that is odd about boxes or phrases.
type pattern int

const (
	wholeImage pattern = iota
	glued
	shared
	tiny
	longPhrase
	numPatterns
)

// What makes a pattern.
const (
	wholeShare  = 0.95 // of the image's area
	gluedEdges  = 3    // borders of the image that a box touches
	tinySide    = 8    // pixels of the shorter side
	manyWords   = 9    // of a phrase
	pictureEdge = 0    // how near a border an edge must be to touch it, pixels
)

// patternInfo says what a pattern is, for people.
var patternInfo = [numPatterns]struct{ id, title, meaning, of string }{
	{"whole_image", "Whole-image boxes", "The box covers 95 % of the image or more: a close-up, or a teacher that gave up.", "boxes"},
	{"glued_to_borders", "Boxes glued to borders", "The box touches three or four borders of the image and covers less than 95 % of it.", "boxes"},
	{"identical_boxes", "Identical boxes for different phrases", "Another phrase of the caption, with another phrase_id, has a box with the very same edges.", "boxes"},
	{"tiny", "Tiny boxes", "The shorter side is under 8 pixels.", "boxes"},
	{"long_phrase", "Very long phrases", "The phrase has nine words or more.", "phrases"},
}

// Pattern counts one pattern. The zero value is empty.
type Pattern struct {
	Found int64 // boxes or phrases
	Rows  int64 // with any
	Picks sample
}

func (p *Pattern) merge(capacity int, other *Pattern) {
	p.Found += other.Found
	p.Rows += other.Rows
	p.Picks.merge(capacity, other.Picks)
}

// touched returns which borders of the image a box touches: bits 0 to 3 are left,
// top, right and bottom.
func touched(row *schema.Row, b schema.Box) (borders int) {
	for i, touches := range []bool{
		b.X1 <= pictureEdge, b.Y1 <= pictureEdge,
		b.X2 >= float32(row.Width)-pictureEdge, b.Y2 >= float32(row.Height)-pictureEdge,
	} {
		if touches {
			borders |= 1 << i
		}
	}
	return borders
}

// sharers finds the boxes of a row that different phrases share: it calls found
// with the number of each phrase, once a box.
func sharers(row *schema.Row, found func(phrase int)) {
	for i := range row.Phrases {
		for _, b := range row.Phrases[i].Boxes {
			if sharedWithOther(row, i, b.Box) {
				found(i)
			}
		}
	}
}

func sharedWithOther(row *schema.Row, phrase int, b schema.Box) bool {
	for j := range row.Phrases {
		if row.Phrases[j].PhraseID == row.Phrases[phrase].PhraseID {
			continue
		}
		for _, other := range row.Phrases[j].Boxes {
			if other.Box == b {
				return true
			}
		}
	}
	return false
}
