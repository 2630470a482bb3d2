package flickr

import (
	"errors"
	"fmt"
	"slices"
)

// DefaultMaxBoxes is how many boxes of a sentence count in the protocol.
const DefaultMaxBoxes = 100

const minIoU = 0.5

// ranks are the k of recall at k; 0 is all boxes.
var ranks = [...]int{1, 5, 10, 0}

// Options choose what differs from the protocol. The zero value is the protocol.
type Options struct {
	MaxBoxes     int     // boxes of a sentence that count; 0 is DefaultMaxBoxes
	AllowMissing bool    // a sentence without results has no boxes, and is counted
	SpanIoU      float64 // of a row's phrase with the gold phrase it answers; 0 is 1, the same span
}

// Columns of an evaluator's counts for one type of phrases: the phrases, and the
// recalled ones by protocol and rank.
const columnsPerType = 1 + 2*len(ranks)

// Evaluator compares predictions with gold, a sentence at a time, in any order.
type Evaluator struct {
	gold   *Gold
	opts   Options
	types  []string       // "all" and then the types in alphabetical order
	column map[string]int // the first of a type
	counts [][]int32      // by image
	done   map[sentenceID]bool

	asked, ignored int // sentences with and without phrases that are asked for
	tally          Tally
}

type sentenceID struct{ image, sentence int }

// Tally counts what a report tells beside recall.
type Tally struct {
	Unexpected int `json:"unexpected"` // predictions for sentences that gold does not have or ask for; ignored
	Duplicates int `json:"duplicates"` // predictions for a sentence that had one; the first stays
	Missing    int `json:"missing"`    // sentences without prediction, with Options.AllowMissing
	Cut        int `json:"cut"`        // boxes beyond Options.MaxBoxes of a sentence
	NoPhrase   int `json:"no_phrase"`  // of rows: gold phrases that the row has not; they have no boxes
}

// NewEvaluator prepares the evaluation of predictions against gold.
func NewEvaluator(gold *Gold, opts Options) *Evaluator {
	if opts.MaxBoxes == 0 {
		opts.MaxBoxes = DefaultMaxBoxes
	}
	if opts.SpanIoU == 0 {
		opts.SpanIoU = 1
	}
	e := &Evaluator{gold: gold, opts: opts, types: []string{"all"}, column: map[string]int{}, done: map[sentenceID]bool{}}
	e.findTypes()
	for i, kind := range e.types {
		e.column[kind] = i * columnsPerType
	}
	e.counts = make([][]int32, len(gold.Images))
	for i := range e.counts {
		e.counts[i] = make([]int32, len(e.types)*columnsPerType)
	}
	return e
}

// findTypes lists the types of the phrases that are asked for.
func (e *Evaluator) findTypes() {
	seen := map[string]bool{"all": true}
	for i := range e.gold.Images {
		for j := range e.gold.Images[i].Sentences {
			asked := e.gold.Images[i].Sentences[j].Asked()
			if len(asked) == 0 {
				e.ignored++
				continue
			}
			e.asked++
			for _, p := range asked {
				for _, kind := range p.Types {
					if !seen[kind] {
						seen[kind] = true
						e.types = append(e.types, kind)
					}
				}
			}
		}
	}
	slices.Sort(e.types[1:])
}

// Add counts a prediction. One for a sentence that gold does not ask for is
// ignored; one with another number of phrases is an error.
func (e *Evaluator) Add(p Prediction) error {
	image, ok := e.gold.places[p.Image]
	if !ok {
		e.tally.Unexpected++
		return nil
	}
	sentences := e.gold.Images[image].Sentences
	at := slices.IndexFunc(sentences, func(s Sentence) bool { return s.Number == p.Sentence })
	if at < 0 {
		e.tally.Unexpected++
		return nil
	}
	return e.add(sentenceID{image, at}, p)
}

func (e *Evaluator) add(id sentenceID, p Prediction) error {
	asked := e.gold.Images[id.image].Sentences[id.sentence].Asked()
	switch {
	case len(asked) == 0:
		if slices.ContainsFunc(p.Phrases, func(f Found) bool { return len(f.Boxes) > 0 }) {
			e.tally.Unexpected++
		}
		return nil
	case e.done[id]:
		e.tally.Duplicates++
		return nil
	case len(p.Phrases) != len(asked):
		return fmt.Errorf("sentence %s: phrases: there are %d, but gold has %d with boxes", name(p.Image, p.Sentence), len(p.Phrases), len(asked))
	}
	e.done[id] = true
	ranked := p.ranked(e.opts.MaxBoxes)
	for i, phrase := range asked {
		e.tally.Cut += len(p.Phrases[i].Boxes) - len(ranked[i])
		e.phrase(e.counts[id.image], phrase, ranked[i])
	}
	return nil
}

// phrase counts one phrase in the row of its image.
func (e *Evaluator) phrase(row []int32, gold *Phrase, found []Box) {
	found = append(found, Box{}) // of no size, at the place of a box for phrases without any
	first := [2]int{firstHit(found, gold.Boxes), firstHit(found, []Box{hull(gold.Boxes)})}
	for _, kind := range append([]string{"all"}, gold.Types...) {
		c := row[e.column[kind]:]
		c[0]++
		for protocol, hit := range first {
			for i, k := range ranks {
				if hit >= 0 && (k == 0 || hit < k) {
					c[1+protocol*len(ranks)+i]++
				}
			}
		}
	}
}

// firstHit returns the rank, from 0, of the first box that overlaps a truth by
// minIoU, -1 if none does.
func firstHit(found, truths []Box) int {
	return slices.IndexFunc(found, func(b Box) bool {
		return slices.ContainsFunc(truths, func(t Box) bool { return b.iou(t) >= minIoU })
	})
}

// iou is the intersection over union, 0 for two boxes of no size.
func (b Box) iou(o Box) float64 {
	w, h := min(b[2], o[2])-max(b[0], o[0]), min(b[3], o[3])-max(b[1], o[1])
	if w <= 0 || h <= 0 {
		return 0
	}
	inter := float64(w * h)
	return inter / (b.area() + o.area() - inter)
}

func (b Box) area() float64 { return float64((b[2] - b[0]) * (b[3] - b[1])) }

// hull is the smallest box around all.
func hull(boxes []Box) Box {
	out := boxes[0]
	for _, b := range boxes[1:] {
		out = Box{min(out[0], b[0]), min(out[1], b[1]), max(out[2], b[2]), max(out[3], b[3])}
	}
	return out
}

// checkMissing counts or refuses the sentences that had no prediction.
func (e *Evaluator) checkMissing() error {
	missing, first := 0, ""
	for i := range e.gold.Images {
		image := &e.gold.Images[i]
		for j := range image.Sentences {
			if e.done[sentenceID{i, j}] || len(image.Sentences[j].Asked()) == 0 {
				continue
			}
			if missing++; first == "" {
				first = name(image.ID, image.Sentences[j].Number)
			}
			if e.opts.AllowMissing {
				for _, p := range image.Sentences[j].Asked() {
					e.phrase(e.counts[i], p, nil)
				}
			}
		}
	}
	switch {
	case e.asked == 0:
		return errors.New("gold has no phrase with a box")
	case missing > 0 && !e.opts.AllowMissing:
		return fmt.Errorf("%d of %d sentences have no results, the first is %s; the protocol does not allow that (--allow-missing counts them as not found)", missing, e.asked, first)
	}
	e.tally.Missing = missing
	return nil
}
