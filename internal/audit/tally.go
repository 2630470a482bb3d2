package audit

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// Tally counts events by their text in bounded memory. It is exact up to Capacity
// different texts. With more it counts a sample: the events whose hash ends in at
// least Level zero bits, 1 of 2^Level, where Level is the lowest with at most
// Capacity texts. That is a function of the set of events alone, so the order of
// events and merges does not matter. The zero value must be given a Capacity.
type Tally struct {
	Capacity int
	Level    int
	Texts    map[string][]Score // [i] counts the events with exactly Level+i zero bits
}

// Score is how many phrases there were and how many of them have a box.
type Score struct {
	Mentions, Grounded int64
}

func (s *Score) add(o Score) {
	s.Mentions += o.Mentions
	s.Grounded += o.Grounded
}

// add counts an event. text is copied if it is kept; hash must be that of the
// event's identity, not of its text.
func (t *Tally) add(text string, hash uint64, grounded bool) {
	level := bits.TrailingZeros64(hash) - t.Level
	if level < 0 {
		return
	}
	s := Score{Mentions: 1}
	if grounded {
		s.Grounded = 1
	}
	by, known := t.Texts[text]
	if known && level < len(by) {
		by[level].add(s)
		return
	}
	// A known text is copied, too: the map takes the new key, and text is part of a
	// whole page of them.
	t.put(strings.Clone(text), level, s)
	t.shrink()
}

// put adds to the count of a text at a level.
func (t *Tally) put(text string, level int, s Score) {
	if t.Texts == nil {
		t.Texts = map[string][]Score{}
	}
	by := t.Texts[text]
	if missing := level + 1 - len(by); missing > 0 {
		by = append(by, make([]Score, missing)...)
		t.Texts[text] = by
	}
	by[level].add(s)
}

// shrink raises the level until the texts fit.
func (t *Tally) shrink() {
	for len(t.Texts) > t.Capacity {
		t.raise()
	}
}

// raise forgets the events of the lowest level.
func (t *Tally) raise() {
	t.Level++
	for text, by := range t.Texts {
		if len(by) == 1 {
			delete(t.Texts, text)
			continue
		}
		t.Texts[text] = by[1:]
	}
}

// merge adds what other has counted, which it leaves as it is.
func (t *Tally) merge(other *Tally) {
	for t.Level < other.Level {
		t.raise()
	}
	skip := t.Level - other.Level
	for text, by := range other.Texts {
		for level := skip; level < len(by); level++ {
			if by[level].Mentions > 0 {
				t.put(text, level-skip, by[level])
			}
		}
	}
	t.shrink()
}

// mentions returns how many events are counted.
func (t *Tally) mentions() (sum int64) {
	for text := range maps.Keys(t.Texts) {
		for _, s := range t.Texts[text] {
			sum += s.Mentions
		}
	}
	return sum
}

// counted is a text with its estimated counts.
type counted struct {
	text string
	Score
}

// all returns the texts with their estimates, by falling mentions, then by text.
func (t *Tally) all() []counted {
	out := make([]counted, 0, len(t.Texts))
	for text := range maps.Keys(t.Texts) {
		c := counted{text: text}
		for _, s := range t.Texts[text] {
			c.add(s)
		}
		c.Mentions <<= t.Level
		c.Grounded <<= t.Level
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.Mentions, a.Mentions), strings.Compare(a.text, b.text))
	})
	return out
}

// margin returns half the width of the 95 % interval of an estimated count: the
// sampled number is binomial, n trials with the chance 2^-Level. It is 0 when the
// count is exact.
func (t *Tally) margin(estimate int64) int64 {
	odds := math.Exp2(float64(t.Level)) - 1
	return int64(math.Ceil(1.96 * math.Sqrt(float64(estimate)*odds)))
}
