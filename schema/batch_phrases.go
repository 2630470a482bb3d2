package schema

import (
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
	if b.reads[leafFlag] {
		b.steps = append(b.steps, b.readFlags)
	}
	if b.reads[leafScore] {
		b.steps = append(b.steps, b.readBoxes)
	}
}

// list gives the rows their phrases by the levels of a leaf, or checks that they
// have as many, and returns how the leaf's values lie in them.
func (b *batch) list(l leaf, rep, def []byte) (*nesting, error) {
	own := &b.other
	if !b.listed {
		own = &b.first
	}
	if err := own.read(l, len(b.rows), rep, def); err != nil {
		return nil, err
	}
	if b.listed {
		return own, b.first.agrees(l, own)
	}
	b.listed = true
	b.phrases = resize(b.phrases, own.count(), b.keep)
	for i := range b.rows {
		if from, to := own.phrases[i], own.phrases[i+1]; from < to {
			b.rows[i].Phrases = b.phrases[from:to:to]
		}
	}
	return own, nil
}

// addPhraseField adds the reading of a leaf with one value a phrase, if it is
// read.
func addPhraseField[T chunk.Value](b *batch, all *[numLeaves]chunk.Cursor[T], l leaf, set func(*Phrase, T)) {
	c := &all[l]
	if !b.reads[l] {
		return
	}
	b.steps = append(b.steps, func() error {
		run, err := c.Rows(len(b.rows))
		if err != nil {
			return err
		}
		if _, err := b.list(l, run.Rep, run.Def); err != nil {
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
	own, err := b.list(leafFlag, run.Rep, run.Def)
	if err != nil {
		return err
	}
	b.flags = resize(b.flags, len(run.Values), b.keep)
	copy(b.flags, run.Values)
	for i := range b.phrases {
		if from, to := own.elements[i], own.elements[i+1]; from < to {
			b.phrases[i].Flags = b.flags[from:to:to]
		}
	}
	return nil
}

func (b *batch) readBoxes() error {
	scores, edges, err := readBoxes(b.cursors, len(b.rows))
	if err != nil {
		return err
	}
	own, err := b.list(leafScore, scores.Rep, scores.Def)
	if err != nil {
		return err
	}
	b.boxes = join(resize(b.boxes, len(scores.Values), b.keep), edges, scores.Values)
	for i := range b.phrases {
		if from, to := own.elements[i], own.elements[i+1]; from < to {
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
