package gold

import (
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/internal/evaluate"
	"github.com/groundmill/groundmill/schema"
)

// Options choose what is judged.
type Options struct {
	MinScore float32 // boxes and phrases count as claimed above it
	SpanIoU  float64 // of a row's phrase with the gold phrase it answers; 0 is 1, the same span
}

// Evaluator compares rows with gold rows. All gold is added first.
type Evaluator struct {
	opts   Options
	gold   map[string]*goldRow // by key
	order  []*goldRow
	images map[string]int // unit of resampling by image digest
	column map[string]int // first of a stratum
	counts [][]int32      // by image
	tally  Tally
}

type goldRow struct {
	schema.Row
	image int
	done  bool
}

// Tally counts what a report tells beside its figures.
type Tally struct {
	GoldRows       int `json:"gold_rows"`
	MissingRows    int `json:"missing_rows"`    // gold rows that the run has no row of
	OtherRows      int `json:"other_rows"`      // rows that gold does not have; left out
	MissingPhrases int `json:"missing_phrases"` // gold phrases, in rows that are there, that the run did not find
	OtherPhrases   int `json:"other_phrases"`   // phrases that answer no gold phrase; left out
	OtherBoxes     int `json:"other_boxes"`     // their boxes above the threshold; left out
}

// NewEvaluator prepares an evaluation.
func NewEvaluator(o Options) *Evaluator {
	if o.SpanIoU == 0 {
		o.SpanIoU = 1
	}
	e := &Evaluator{opts: o, gold: map[string]*goldRow{}, images: map[string]int{}, column: map[string]int{}}
	for i, name := range strata {
		e.column[name] = i * numCounts
	}
	return e
}

// AddGold adds a gold row. The evaluator keeps a copy.
func (e *Evaluator) AddGold(row *schema.Row) error {
	if _, twice := e.gold[row.Key]; twice {
		return fmt.Errorf("gold row %q is there twice", row.Key)
	}
	g := &goldRow{Row: *row}
	g.Phrases = slices.Clone(row.Phrases)
	for i := range g.Phrases {
		g.Phrases[i].Boxes = slices.Clone(g.Phrases[i].Boxes)
		g.Phrases[i].Flags = slices.Clone(g.Phrases[i].Flags)
	}
	image, known := e.images[row.ImageSHA256]
	if !known {
		image = len(e.counts)
		e.images[row.ImageSHA256] = image
		e.counts = append(e.counts, make([]int32, len(strata)*numCounts))
	}
	g.image = image
	e.gold[row.Key] = g
	e.order = append(e.order, g)
	e.tally.GoldRows++
	return nil
}

// AddRow judges a row of the run; one without gold is counted and left out.
func (e *Evaluator) AddRow(row *schema.Row) error {
	g := e.gold[row.Key]
	switch {
	case g == nil:
		e.tally.OtherRows++
		return nil
	case g.done:
		return fmt.Errorf("row %q is there twice", row.Key)
	case g.Caption != row.Caption:
		return fmt.Errorf("row %q: caption %q is not that of gold, %q", row.Key, row.Caption, g.Caption)
	case g.Width != row.Width || g.Height != row.Height:
		return fmt.Errorf("row %q: the image has %d×%d pixels, gold's %d×%d: boxes can't be compared", row.Key, row.Width, row.Height, g.Width, g.Height)
	}
	g.done = true
	answering := map[*schema.Phrase]bool{}
	for i := range g.Phrases {
		answer := evaluate.Answer(row, g.Phrases[i].Span, e.opts.SpanIoU)
		if answer == nil {
			e.tally.MissingPhrases++
		}
		answering[answer] = true
		e.phrase(g, &g.Phrases[i], answer)
	}
	for i := range row.Phrases {
		if !answering[&row.Phrases[i]] {
			e.tally.OtherPhrases++
			e.tally.OtherBoxes += len(Above(row.Phrases[i].Boxes, e.opts.MinScore))
		}
	}
	return nil
}

// phrase counts a gold phrase; answer is nil when the run has no phrase for it.
func (e *Evaluator) phrase(g *goldRow, p, answer *schema.Phrase) {
	truths := make([]schema.Box, len(p.Boxes))
	for i, b := range p.Boxes {
		truths[i] = b.Box
	}
	var found []schema.ScoredBox
	var best float32
	if answer != nil {
		found, best = answer.Boxes, answer.BestScore
	}
	values := Count(truths, found, best, e.opts.MinScore).slice()
	for _, name := range strataOf(p, answer) {
		at, known := e.column[name]
		if !known {
			continue // a flag that this version does not know
		}
		for i, v := range values {
			e.counts[g.image][at+i] += v
		}
	}
}

// finish counts the gold rows that the run has no row of.
func (e *Evaluator) finish() {
	for _, g := range e.order {
		if g.done {
			continue
		}
		g.done = true
		e.tally.MissingRows++
		for i := range g.Phrases {
			e.phrase(g, &g.Phrases[i], nil)
		}
	}
}
