package inspect

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Histogram counts scores in ten equal bins of [0, 1]; 1 itself is in the last.
type Histogram [10]int64

func (h *Histogram) add(score float32) {
	bin := int(score * float32(len(h)))
	h[min(max(bin, 0), len(h)-1)]++
}

// PhraseCount is how often which phrases occur, lower-cased.
type PhraseCount struct {
	Distinct int64    `json:"distinct"`          // different phrases counted
	Ignored  int64    `json:"ignored,omitempty"` // mentions of phrases first seen when the counter was full
	Top      []Phrase `json:"top"`
}

// Phrase is one phrase with its number of mentions.
type Phrase struct {
	Text     string `json:"text"`
	Mentions int64  `json:"mentions"`
}

// maxDistinct bounds the phrases that are counted, to about 100 MB. What comes
// later than that many others is rare, and is told as Ignored.
const maxDistinct = 1_000_000

type phraseCounter struct {
	mentions map[string]int64
	ignored  int64
}

func newPhraseCounter() *phraseCounter {
	return &phraseCounter{mentions: map[string]int64{}}
}

func (c *phraseCounter) add(text string) {
	text = strings.ToLower(text)
	if _, known := c.mentions[text]; !known && len(c.mentions) >= maxDistinct {
		c.ignored++
		return
	}
	c.mentions[text]++
}

// top returns the n most frequent phrases, ties in alphabetical order.
func (c *phraseCounter) top(n int) PhraseCount {
	texts := slices.SortedFunc(maps.Keys(c.mentions), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.mentions[b], c.mentions[a]), strings.Compare(a, b))
	})
	out := PhraseCount{Distinct: int64(len(texts)), Ignored: c.ignored, Top: []Phrase{}}
	for _, text := range texts[:min(n, len(texts))] {
		out.Top = append(out.Top, Phrase{text, c.mentions[text]})
	}
	return out
}

// sampler keeps rows at even distances.
type sampler struct {
	total, seen int64
	want        int64
	rows        []*schema.Row
}

func newSampler(total int64, want int) *sampler {
	return &sampler{total: total, want: min(int64(want), total)}
}

// add keeps row if it begins the next of want equal stretches of the total.
func (s *sampler) add(row *schema.Row) {
	if next := int64(len(s.rows)); next < s.want && s.seen == next*s.total/s.want {
		s.rows = append(s.rows, row)
	}
	s.seen++
}
