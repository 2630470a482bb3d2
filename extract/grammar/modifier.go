package grammar

import (
	"bytes"

	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// modifiers returns the first word from n on that modifies nothing, of the NP
// that starts at word i.
func (p phrase) modifiers(i, n int) int {
	for p.holds(n) && n < i+maxLead {
		switch {
		case p.modifies(i, n):
			n++
		case p.joins(i, n, n+1):
			n += 2
		case p.holds(n+2) && p.words[n].Tag == tagger.Comma && p.words[n+1].Tag == tagger.CC && p.joins(i, n, n+2):
			n += 3
		default:
			return n
		}
	}
	return n
}

// modifies reports whether word n describes the noun of the NP that starts at
// word i.
func (p phrase) modifies(i, n int) bool {
	w := &p.words[n]
	if w.Kind != token.Word {
		return false
	}
	switch w.Tag {
	case tagger.JJ, tagger.JJR, tagger.JJS, tagger.CD:
		return true
	case tagger.VBN:
		return p.describedNext(n)
	case tagger.VBG:
		return (n > i || opensWithIng(p.words, n)) && p.describedNext(n)
	case tagger.RB, tagger.RBR, tagger.RBS:
		return (n > i || w.is("very") || bytes.HasSuffix(w.Form, []byte("ly"))) &&
			p.holds(n+1) && n+1 < i+maxLead && p.modifies(i, n+1)
	}
	return n > i && (w.Tag == tagger.VBD || w.Class.has(linked)) && p.describedNext(n)
}

// describedNext reports whether what the participle at word n describes may
// follow it.
func (p phrase) describedNext(n int) bool {
	next := at(p.words, n+1)
	return p.holds(n+1) && !next.isMark() && (next.Tag.IsNoun() || next.Tag.IsAdjective())
}

// opensWithIng reports whether a form in -ing that starts a phrase describes
// the noun behind it: "Smiling woman", "in swimming trunks".
func opensWithIng(words []Word, n int) bool {
	prev := at(words, n-1)
	switch {
	case n == 0 && at(words, 1).Class.has(being):
		return true
	case !words[n].Class.has(ingNoun | activity):
		return false
	}
	return n == 0 || prev.Tag == tagger.IN || prev.Tag == tagger.VBG || prev.isMark() && prev.Tag != tagger.Comma
}

// joins reports whether word n joins the modifiers n-1 and to, as in "red and
// white shirts" and "a tall , thin man".
func (p phrase) joins(i, n, to int) bool {
	if n == i || !p.holds(to) || !p.words[n-1].Tag.IsAdjective() {
		return false
	}
	and, next := &p.words[n], &p.words[to]
	return (and.Tag == tagger.CC || and.Tag == tagger.Comma) && next.Tag.IsAdjective() && next.Kind == token.Word
}
