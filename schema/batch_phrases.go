package schema

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// addPhrases adds the reading of phrases. Whichever leaf is read first says which
// row has how many; all others must agree.
func (b *batch) addPhrases() {
	addPhraseField(b, &b.strings, leafText, func(p *Phrase, v string) { p.Text = v })
	addPhraseField(b, &b.int32s, leafStart, func(p *Phrase, v int32) { p.Start = v })
	addPhraseField(b, &b.int32s, leafEnd, func(p *Phrase, v int32) { p.End = v })
	addPhraseField(b, &b.int32s, leafPhraseID, func(p *Phrase, v int32) { p.PhraseID = v })
	addPhraseField(b, &b.floats, leafBestScore, func(p *Phrase, v float32) { p.BestScore = v })
	if b.strings[leafFlag] != nil {
		b.steps = append(b.steps, b.readFlags)
	}
	if b.floats[leafScore] != nil {
		b.steps = append(b.steps, b.readBoxes)
	}
}

// begins is 1 for the first or only level of a phrase in a leaf of phrases, flags
// or boxes, and 0 for others: 1 where rep < repInner and def >= defEntry. It has
// no branch, since no processor guesses where phrases begin.
func begins(rep, def byte) int32 { return int32((rep>>1 ^ 1) & (def >> 2)) }

// beginsRow is 1 for the first level of a row, where rep == repRow, and 0 for
// others.
func beginsRow(rep byte) int { return int((rep|rep>>1)&1 ^ 1) }

// list gives the rows their phrases by the levels of a leaf, or checks that they
// have as many.
func (b *batch) list(l leaf, rep, def []byte) error {
	counts := resize(b.others, len(b.rows), false)
	b.others = counts
	row, all, def := -1, int32(0), def[:len(rep)]
	for i, r := range rep {
		row += beginsRow(r)
		begin := begins(r, def[i])
		counts[row] += begin
		all += begin
	}
	if row+1 != len(b.rows) {
		return errShort(l, row+1, len(b.rows))
	}
	if b.listed {
		if !slices.Equal(counts, b.counts) {
			return fmt.Errorf("column %s has other phrases than the columns before it", l.name())
		}
		return nil
	}
	b.counts, b.others, b.listed = counts, b.counts, true
	b.phrases = resize(b.phrases, int(all), b.keep)
	left := b.phrases
	for i, n := range counts {
		if n > 0 {
			b.rows[i].Phrases, left = left[:n:n], left[n:]
		}
	}
	return nil
}

// elements counts what a leaf of flags or boxes holds: the result has for every
// phrase, after an entry for none, how many elements it and those before it have.
// there is the definition level of an element.
func (b *batch) elements(rep, def []byte, there byte) []int32 {
	b.ends = resize(b.ends, len(b.phrases)+1, false)
	phrase, n, def := int32(0), int32(0), def[:len(rep)]
	for i, r := range rep {
		phrase += begins(r, def[i])
		if def[i] == there {
			n++
		}
		b.ends[phrase] = n
	}
	return b.ends
}

// addPhraseField adds the reading of a leaf with one value a phrase, if it is
// read.
func addPhraseField[T chunk.Value](b *batch, all *[numLeaves]*chunk.Cursor[T], l leaf, set func(*Phrase, T)) {
	c := all[l]
	if c == nil {
		return
	}
	b.steps = append(b.steps, func() error {
		run, err := c.Rows(len(b.rows))
		if err != nil {
			return err
		}
		if err := b.list(l, run.Rep, run.Def); err != nil {
			return err
		}
		if len(run.Values) != len(b.phrases) {
			return errShort(l, len(run.Values), len(b.phrases))
		}
		for i, v := range run.Values {
			set(&b.phrases[i], v)
		}
		return nil
	})
}

func (b *batch) readFlags() error {
	run, err := b.strings[leafFlag].Rows(len(b.rows))
	if err != nil {
		return err
	}
	if err := b.list(leafFlag, run.Rep, run.Def); err != nil {
		return err
	}
	b.flags = resize(b.flags, len(run.Values), b.keep)
	copy(b.flags, run.Values)
	ends := b.elements(run.Rep, run.Def, defFlag)
	for i := range b.phrases {
		if from, to := ends[i], ends[i+1]; from < to {
			b.phrases[i].Flags = b.flags[from:to:to]
		}
	}
	return nil
}

// readBoxes reads the boxes, with the scores as the leaf that says which phrase
// has how many.
func (b *batch) readBoxes() error {
	run, err := b.floats[leafScore].Rows(len(b.rows))
	if err != nil {
		return err
	}
	if err := b.list(leafScore, run.Rep, run.Def); err != nil {
		return err
	}
	var edges [4][]float32
	for i := range edges {
		l := leafX1 + leaf(i)
		edge, err := b.floats[l].Levels(len(run.Def))
		if err != nil {
			return err
		}
		if !bytes.Equal(edge.Rep, run.Rep) || !bytes.Equal(edge.Def, run.Def) {
			return fmt.Errorf("column %s has other boxes than the scores", l.name())
		}
		edges[i] = edge.Values
	}
	b.boxes = join(resize(b.boxes, len(run.Values), b.keep), edges, run.Values)
	ends := b.elements(run.Rep, run.Def, defBox)
	for i := range b.phrases {
		if from, to := ends[i], ends[i+1]; from < to {
			b.phrases[i].Boxes = b.boxes[from:to:to]
		}
	}
	return nil
}

// join fills boxes from the values of their leaves, all equally many.
func join(boxes []ScoredBox, edges [4][]float32, scores []float32) []ScoredBox {
	n := len(boxes)
	x1, y1, x2, y2, scores := edges[0][:n], edges[1][:n], edges[2][:n], edges[3][:n], scores[:n]
	for i := range boxes {
		boxes[i] = ScoredBox{Box: Box{X1: x1[i], Y1: y1[i], X2: x2[i], Y2: y2[i]}, Score: scores[i]}
	}
	return boxes
}
