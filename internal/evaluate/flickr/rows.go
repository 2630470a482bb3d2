package flickr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/internal/evaluate"
	"github.com/groundmill/groundmill/schema"
)

// AddRow counts a row of Groundmill as the prediction for a sentence. The row's key
// says which: IMAGE_N or IMAGE#N for sentence N, from 0, of an image (the latter is
// what annotate writes for an image with several captions), or IMAGE alone for the
// sentence of that image with the row's caption; folders before the key are left
// out. A row of no such sentence is ignored. A row whose caption is not that of its
// sentence is an error, since its offsets mean something else.
//
// A gold phrase gets the boxes of the row's phrase of the same span, or of the one
// with the highest overlap from Options.SpanIoU on; without one it has none. Boxes
// are turned back into GLIP's inclusive pixels, by which its figures were reported.
func (e *Evaluator) AddRow(row *schema.Row) error {
	image, sentence := e.find(row)
	if sentence == nil {
		e.tally.Unexpected++
		return nil
	}
	if sentence.Caption != row.Caption {
		return fmt.Errorf("row %q: caption %q is not that of sentence %s, %q; annotate the captions of the gold file",
			row.Key, row.Caption, name(image.ID, sentence.Number), sentence.Caption)
	}
	p := Prediction{Image: image.ID, Sentence: sentence.Number}
	for _, gold := range sentence.Asked() {
		p.Phrases = append(p.Phrases, e.answer(gold, row))
	}
	return e.Add(p)
}

// find returns the sentence of a row, nil when there is none.
func (e *Evaluator) find(row *schema.Row) (*Image, *Sentence) {
	key := row.Key[strings.LastIndex(row.Key, "/")+1:]
	if image := e.gold.image(key); image != nil {
		return image, image.sentence(func(s Sentence) bool { return s.Caption == row.Caption })
	}
	at := strings.LastIndexAny(key, "_#")
	if at < 0 {
		return nil, nil
	}
	image := e.gold.image(key[:at])
	number, err := strconv.Atoi(key[at+1:])
	if image == nil || err != nil {
		return nil, nil
	}
	return image, image.sentence(func(s Sentence) bool { return s.Number == number })
}

func (m *Image) sentence(is func(Sentence) bool) *Sentence {
	if i := slices.IndexFunc(m.Sentences, is); i >= 0 {
		return &m.Sentences[i]
	}
	return nil
}

// answer returns the boxes of the row's phrase for a gold phrase.
func (e *Evaluator) answer(gold *Phrase, row *schema.Row) (f Found) {
	phrase := evaluate.Answer(row, gold.Span, e.opts.SpanIoU)
	if phrase == nil {
		e.tally.NoPhrase++
		return f
	}
	for _, b := range phrase.Boxes {
		f.Boxes = append(f.Boxes, Box{float64(b.X1), float64(b.Y1), float64(b.X2) - 1, float64(b.Y2) - 1})
		f.Scores = append(f.Scores, float64(b.Score))
	}
	return f
}
