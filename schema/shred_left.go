package schema

import (
	"bytes"
	"slices"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// addBoxesLeft appends the boxes that a selection keeps, and returns how many
// rows, phrases and boxes are left.
func (s *shredder) addBoxesLeft(from *Selection) FileStats {
	s.listBoxesLeft(from)
	left := FileStats{Rows: int64(from.Rows()), Boxes: int64(len(s.left))}
	levels := &s.levels[streamBoxes]
	from.eachKept(levels, func(phrase int, rep byte) {
		first, end := from.Boxes(phrase)
		n := int(s.before[end] - s.before[first])
		levels.AddList(rep, defEmptyInner, n)
		left.Phrases++
		if n > 0 {
			left.GroundedPhrases++
		}
	})
	for i, edge := range from.edges {
		appendLeft(&s.values[leafX1+leaf(i)].Floats, edge, s.left)
	}
	appendLeft(&s.values[leafScore].Floats, from.scores, s.left)
	return left
}

// listBoxesLeft makes s.left the boxes that a selection keeps, and s.before how many
// of them come before each box, and before the end.
func (s *shredder) listBoxesLeft(from *Selection) {
	from.dropWithPhrases()
	boxes := from.NumBoxes()
	s.left, s.before = grow(s.left, boxes), grow(s.before, boxes+1)
	n, upTo := 0, s.before[1:]
	s.before[0] = 0
	for box, keep := range from.keepBox {
		s.left[n] = int32(box)
		if keep { // compiled without a branch, since no processor guesses which these are
			n++
		}
		upTo[box] = int32(n)
	}
	s.left = s.left[:n]
}

// addPhrasesLeft appends all other columns of the phrases that a selection of a row
// group keeps.
func (s *shredder) addPhrasesLeft(g *Group, from *Selection) (err error) {
	defer recoverCorrupt(&err)
	columns := TextColumns | BestScoreColumn
	if len(from.flags.elements) == 0 {
		columns |= FlagsColumn
	}
	c, err := openCursors(g, columns)
	if err != nil {
		return err
	}
	defer c.close()
	if c.reads[leafFlag] {
		if err := from.readFlags(c, from.Rows()); err != nil {
			return err
		}
	}
	s.addFlagsLeft(from)
	return s.addTextsLeft(c, from)
}

// addFlagsLeft appends the flags of the phrases that are left.
func (s *shredder) addFlagsLeft(from *Selection) {
	levels := &s.levels[streamFlags]
	from.eachKept(levels, func(phrase int, rep byte) {
		flag, end := from.Flags(phrase)
		levels.AddList(rep, defEmptyInner, end-flag)
		for ; flag < end; flag++ {
			s.text(leafFlag, from.Flag(flag))
		}
	})
}

// addTextsLeft appends what is one value a phrase.
func (s *shredder) addTextsLeft(c *cursors, from *Selection) error {
	texts, err := c.strings[leafText].Rows(from.Rows())
	if err != nil {
		return err
	}
	var own nesting
	if err := own.read(leafText, from.Rows(), texts.Rep, texts.Def); err != nil {
		return err
	}
	if err := from.boxes.agrees(leafText, &own); err != nil {
		return err
	}
	s.left = s.left[:0]
	levels := &s.levels[streamPhrases]
	from.eachKept(levels, func(phrase int, rep byte) {
		levels.Add(rep, defEntry)
		s.left = append(s.left, int32(phrase))
		s.text(leafText, texts.Values[phrase])
	})
	for _, l := range []leaf{leafStart, leafEnd, leafPhraseID} {
		if err := addLeft(&s.values[l].Int32s, &c.int32s, l, texts, s.left); err != nil {
			return err
		}
	}
	return addLeft(&s.values[leafBestScore].Floats, &c.floats, leafBestScore, texts, s.left)
}

// addLeft appends the values of a leaf that are left. It must have the levels of
// the texts.
func addLeft[T chunk.Value](dst *[]T, all *[numLeaves]chunk.Cursor[T], l leaf, texts chunk.Run[string], left []int32) error {
	run, err := all[l].Levels(len(texts.Def))
	if err != nil {
		return err
	}
	if !bytes.Equal(run.Rep, texts.Rep) || !bytes.Equal(run.Def, texts.Def) {
		return errPhrases(l)
	}
	appendLeft(dst, run.Values, left)
	return nil
}

// appendLeft appends the values at the places in left.
func appendLeft[T any](dst *[]T, values []T, left []int32) {
	n := len(*dst)
	out := slices.Grow(*dst, len(left))[:n+len(left)]
	for i, from := range left {
		out[n+i] = values[from]
	}
	*dst = out
}

// eachKept calls f with every phrase that is kept and with its repetition level, and
// adds the level of rows that keep none.
func (s *Selection) eachKept(levels *chunk.Levels, f func(phrase int, rep byte)) {
	for row := range s.Rows() {
		rep := byte(repRow)
		for phrase, end := s.Phrases(row); phrase < end; phrase++ {
			if s.keepPhrase[phrase] {
				f(phrase, rep)
				rep = repEntry
			}
		}
		if rep == repRow {
			levels.Add(repRow, defEmptyList)
		}
	}
}
