package schema

import (
	"fmt"
	"slices"
)

// nesting says how phrases lie in rows, and elements of a list of theirs, flags or
// boxes, in phrases. Both slices begin with 0: the phrases of the i-th row are
// those from phrases[i] to phrases[i+1].
type nesting struct {
	phrases  []int32 // where those of each row end
	elements []int32 // where those of each phrase end
}

// newNesting returns one of no rows, which grows by endPhrase and endRow.
func newNesting() nesting { return nesting{phrases: []int32{0}, elements: []int32{0}} }

// endPhrase ends a phrase after so many elements in all.
func (n *nesting) endPhrase(elements int) { n.elements = append(n.elements, int32(elements)) }

func (n *nesting) endRow() { n.phrases = append(n.phrases, int32(n.count())) }

// read fills n from the levels of a leaf of so many rows, each of which begins with
// its first level. Of a leaf without a list below its phrases, elements are the
// phrases themselves. The memory of n is used again.
func (n *nesting) read(l leaf, rows int, rep, def []byte) error {
	phrases, elements := grow(n.phrases, rows+1), grow(n.elements, len(rep)+1)
	phrases[0], elements[0] = 0, 0
	row, phrase, element := 0, int32(0), int32(0)
	there, def := highest[l.stream()].def, def[:len(rep)]
	for i, r := range rep {
		d := def[i]
		row += beginsRow(r)
		phrase += begins(r, d)
		if d == there {
			element++
		}
		phrases[row], elements[phrase] = phrase, element
	}
	if row != rows {
		return errShort(l, row, rows)
	}
	n.phrases, n.elements = phrases, elements[:phrase+1]
	return nil
}

// rows and count return the number of rows and of phrases.
func (n *nesting) rows() int  { return len(n.phrases) - 1 }
func (n *nesting) count() int { return len(n.elements) - 1 }

// agrees wants another leaf, whose nesting is o, to have its phrases where n has them.
func (n *nesting) agrees(l leaf, o *nesting) error {
	if !slices.Equal(n.phrases, o.phrases) {
		return errPhrases(l)
	}
	return nil
}

func errPhrases(l leaf) error {
	return fmt.Errorf("column %s has other phrases than the columns before it", l.name())
}

// begins is 1 for the first or only level of a phrase in a leaf of phrases, flags
// or boxes, and 0 for others: 1 where rep < repInner and def >= defEntry. It has
// no branch, since no processor guesses where phrases begin.
func begins(rep, def byte) int32 { return int32((rep>>1 ^ 1) & (def >> 2)) }

// beginsRow is 1 for the first level of a row, where rep == repRow, and 0 for
// others.
func beginsRow(rep byte) int { return int((rep|rep>>1)&1 ^ 1) }

// grow returns n elements, in s if it has room; what they hold is undefined.
func grow[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// repeat returns n times a value, in s if it has room.
func repeat[T any](s []T, n int, value T) []T {
	s = grow(s, n)
	for i := range s {
		s[i] = value
	}
	return s
}
