package grammar

import (
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// A Word is one token as the grammars see it.
type Word struct {
	Tag     tagger.Tag
	Kind    token.Kind
	NewPart bool   // nothing reaches over the border before this word
	Capital bool   // a title writes it with a capital
	Class   Class  // of the form in lower case
	Form    []byte // what the tagger read
}

// A Chunk is the noun phrase from word First to word Last, both included.
type Chunk struct {
	First, Last int
}

// is reports whether the word's form is s.
func (w *Word) is(s string) bool { return string(w.Form) == s }

// at returns word i, or a full stop before and after the caption.
func at(words []Word, i int) *Word {
	if i < 0 || i >= len(words) {
		return &outside
	}
	return &words[i]
}

var outside = Word{Tag: tagger.Period}

// isDeterminer reports whether the word may start a noun phrase before all
// modifiers.
func (w *Word) isDeterminer() bool {
	switch w.Tag {
	case tagger.DT, tagger.PDT, tagger.PRPS, tagger.CD:
		return w.Kind == token.Word
	}
	return false
}

// dresses reports whether a colour after the word stands for clothes.
func (w *Word) dresses() bool { return w.is("in") || w.is("wearing") || w.is("wears") }

// isUpper reports whether the tagger saw the word with a capital, as a name.
func (w *Word) isUpper() bool { return w.Form[0] >= 'A' && w.Form[0] <= 'Z' }

// isMark reports whether the word is punctuation.
func (w *Word) isMark() bool { return w.Kind == token.Mark }

// IsAbstract reports whether the head of chunk c names nothing that can be
// seen, or the picture itself.
func IsAbstract(words []Word, c Chunk) bool {
	return words[c.Last].Class.has(abstract | depiction)
}

// IsName reports whether every word of chunk c is a proper noun.
func IsName(words []Word, c Chunk) bool {
	for i := c.First; i <= c.Last; i++ {
		if t := words[i].Tag; t != tagger.NNP && t != tagger.NNPS {
			return false
		}
	}
	return true
}
