package diff

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/page"
)

// topTexts is how many phrases are listed.
const topTexts = 25

// TextCounts is what happened to one text: to the joined phrases that read so.
type TextCounts struct {
	Text          string `json:"text"`
	Phrases       int64  `json:"phrases"`
	Same          int64  `json:"same"` // boxes, as all that follow
	Rescored      int64  `json:"rescored"`
	Moved         int64  `json:"moved"`
	Lost          int64  `json:"lost"`
	Added         int64  `json:"added"`
	GroundedNow   int64  `json:"grounded_now"` // phrases
	UngroundedNow int64  `json:"ungrounded_now"`
}

// Changes is by how much a text has changed: its boxes that are lost, added or moved.
func (c *TextCounts) Changes() int64 { return c.Lost + c.Added + c.Moved }

// Boxes is how many boxes it had in A or has in B.
func (c *TextCounts) Boxes() int64 { return c.Same + c.Rescored + c.Changes() }

// numbers returns the counts, for all that is done to each of them.
func (c *TextCounts) numbers() []*int64 {
	return []*int64{&c.Phrases, &c.Same, &c.Rescored, &c.Moved, &c.Lost, &c.Added, &c.GroundedNow, &c.UngroundedNow}
}

// compare orders texts by falling changes, then by text.
func (c *TextCounts) compare(o *TextCounts) int {
	return cmp.Or(cmp.Compare(o.Changes(), c.Changes()), strings.Compare(c.Text, o.Text))
}

// TextReport is the texts that changed most.
type TextReport struct {
	Different int64        `json:"different"` // texts
	Changed   int64        `json:"changed"`   // texts with a box that is lost, added or moved
	Top       []TextCounts `json:"top"`
}

// tally counts phrases by their texts, lower-cased. When it has too many it hands
// its counts on to the spool, where those of one text meet again.
type tally struct {
	limit  int
	out    *spool
	counts map[string]*TextCounts
}

// add counts a joined phrase. A nil tally counts nothing.
func (t *tally) add(a, b phrase, x BoxCounts) {
	if t == nil {
		return
	}
	c := t.of(strings.ToLower(a.text))
	c.Phrases++
	c.Same += x.Same
	c.Rescored += x.Rescored
	c.Moved += x.Moved
	c.Lost += x.Lost
	c.Added += x.Added
	c.GroundedNow += one(b.grounded() && !a.grounded())
	c.UngroundedNow += one(a.grounded() && !b.grounded())
}

// of returns the counts of a text, of which no more is kept than can be shown.
func (t *tally) of(text string) *TextCounts {
	text = overlay.Shorten(text, page.LongestText)
	c := t.counts[text]
	if c == nil {
		if t.counts == nil {
			t.counts = map[string]*TextCounts{}
		}
		c = &TextCounts{Text: strings.Clone(text)}
		t.counts[c.Text] = c
	}
	return c
}

// spill hands the counts on if there are too many.
func (t *tally) spill() error {
	if len(t.counts) < t.limit {
		return nil
	}
	return t.flush()
}

// flush hands all counts on.
func (t *tally) flush() error {
	var record []byte
	for _, c := range t.counts {
		record = appendText(record[:0], c.Text)
		for _, n := range c.numbers() {
			record = appendNumbers(record, uint64(*n))
		}
		if err := t.out.add(hashText(c.Text), record); err != nil {
			return err
		}
	}
	clear(t.counts)
	return nil
}

// countTexts adds up the counts of all workers, partition by partition.
func (s *stage) countTexts(ctx context.Context) (TextReport, error) {
	report := TextReport{Top: []TextCounts{}}
	for i := range s.texts.partitions {
		sum := tally{}
		err := s.texts.records(i, func(record string) error {
			in := reader{rest: record}
			for _, n := range sum.of(in.text()).numbers() {
				*n += int64(in.number())
			}
			return ctx.Err()
		})
		if err != nil {
			return report, err
		}
		s.texts.forget(i)
		report.add(&sum)
	}
	return report, nil
}

// add adds texts that are not there yet.
func (r *TextReport) add(t *tally) {
	for _, c := range t.counts {
		r.Different++
		if c.Changes() == 0 {
			continue
		}
		r.Changed++
		if len(r.Top) == topTexts && c.compare(&r.Top[topTexts-1]) > 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(r.Top, *c, func(a, b TextCounts) int { return a.compare(&b) })
		r.Top = slices.Insert(r.Top, i, *c)[:min(len(r.Top)+1, topTexts)]
	}
}
