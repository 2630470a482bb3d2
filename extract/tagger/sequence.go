package tagger

import (
	"bytes"
	"unicode/utf8"
)

// Sequence is the scratch in which one goroutine tags one sequence of forms
// after the other. Its slices grow to the longest sequence and stay.
type Sequence struct {
	tagger *Tagger
	items  []item
	tags   []Tag
	normal []byte
}

// An item is what the model needs to know of one token.
type item struct {
	fixed Tag   // given by dictionary or rule, or unfixed
	first byte  // first byte of the form
	id    int32 // word id, or unknownWord
	here  row   // rows of the form's suffix
	prev1 row   // rows of an unknown word's suffix, seen from its neighbours
	next1 row
}

// NewSequence returns an empty sequence.
func (t *Tagger) NewSequence() *Sequence { return &Sequence{tagger: t} }

// Reset empties the sequence and keeps its memory.
func (s *Sequence) Reset() { s.items = s.items[:0] }

// Len returns the number of forms added.
func (s *Sequence) Len() int { return len(s.items) }

// Add appends one token. The form is not kept; an empty one is tagged SYM.
func (s *Sequence) Add(surface []byte) {
	it := item{fixed: unfixed, id: unknownWord}
	if len(surface) > 0 {
		it.first = surface[0]
	}
	f, known := s.tagger.forms[string(surface)]
	if known {
		it.fixed, it.id = f.fixed, f.word
	}
	if tag, ok := ruled(surface); ok {
		it.fixed = tag
	}
	if it.fixed == unfixed {
		it.here = s.tagger.suffix[string(surface[max(0, len(surface)-3):])].here
	}
	if !known {
		s.addNormal(&it, surface)
	}
	s.items = append(s.items, it)
}

// addNormal fills in what neighbours ask of a surface form that is unknown.
func (s *Sequence) addNormal(it *item, surface []byte) {
	normal := s.normalise(surface)
	if id, ok := s.tagger.ids[string(normal)]; ok {
		it.id = id
		return
	}
	suf := s.tagger.suffix[string(normal[max(0, len(normal)-3):])]
	it.prev1, it.next1 = suf.prev1, suf.next1
}

// ruled is byRule behind a check that spares most forms the string.
func ruled(surface []byte) (Tag, bool) {
	if len(surface) == 0 || bytes.IndexByte(surface, '.') >= 0 || bytes.IndexByte(surface, '@') >= 0 ||
		surface[0] == '-' || surface[0] == '0' || surface[0] == '*' {
		return byRule(string(surface))
	}
	return 0, false
}

// normalise is the function normalise without garbage for forms in ASCII.
func (s *Sequence) normalise(surface []byte) []byte {
	s.normal = s.normal[:0]
	for _, b := range surface {
		if b >= utf8.RuneSelf || b == '-' || b >= '0' && b <= '9' {
			return append(s.normal[:0], normalise(string(surface))...)
		}
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		s.normal = append(s.normal, b)
	}
	return s.normal
}

// Tag tags the sequence. The slice is the sequence's own and is overwritten by
// the next call.
func (s *Sequence) Tag() []Tag {
	s.tags = s.tags[:0]
	p1, p2 := start, start2
	for i := range s.items {
		tag := s.items[i].fixed
		if tag == unfixed {
			score := s.score(i, p1, p2)
			tag = score.best()
		}
		s.tags = append(s.tags, tag)
		p1, p2 = tag, p1
	}
	return s.tags
}

// score sums the features of token i after tags p1 (i-1) and p2 (i-2).
func (s *Sequence) score(i int, p1, p2 Tag) vector {
	t, it := s.tagger, &s.items[i]
	score := t.first[it.first&0x7f]
	if it.first >= utf8.RuneSelf {
		score = t.first[0]
	}
	score.addAll(&t.history[p1][p2])
	score.add(it.here)
	if it.id != unknownWord {
		w := &t.words[it.id]
		score.add(w.here)
		for k := range w.afterTag {
			if w.afterTag[k].tag == p1 {
				score.add(w.afterTag[k].row)
				break
			}
		}
	}
	s.addContext(&score, i)
	return score
}

// addContext adds the rows of the two tokens on either side.
func (s *Sequence) addContext(score *vector, i int) {
	words := s.tagger.words
	if id, it := s.at(i - 1); id != unknownWord {
		score.add(words[id].prev1)
	} else {
		score.add(it.prev1)
	}
	if id, it := s.at(i + 1); id != unknownWord {
		score.add(words[id].next1)
	} else {
		score.add(it.next1)
	}
	if id, _ := s.at(i - 2); id != unknownWord {
		score.add(words[id].prev2)
	}
	if id, _ := s.at(i + 2); id != unknownWord {
		score.add(words[id].next2)
	}
}

// at returns the word at position i, which may lie up to two places outside
// the sequence. The start words stand in the model's own order: "-START-",
// "-START2-", first token.
func (s *Sequence) at(i int) (int32, *item) {
	switch n := len(s.items); {
	case i == -1:
		return wordStart2, nil
	case i == -2:
		return wordStart, nil
	case i == n:
		return wordEnd, nil
	case i == n+1:
		return wordEnd2, nil
	default:
		return s.items[i].id, &s.items[i]
	}
}
