package grammar

import (
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// nouns returns the first word from n on that is no noun, of the NP that starts
// at word i.
func (p phrase) nouns(i, n int) int {
	from := n
	for p.isNoun(i, n) || n > from && p.goesOn(i, n) {
		if n > i && p.startsBoilerplate(n) {
			break
		}
		n++
	}
	return n
}

// isNoun reports whether word n is a noun of the NP that starts at word i. A
// hashtag joins no nouns before it.
func (p phrase) isNoun(i, n int) bool {
	if !p.holds(n) {
		return false
	}
	w := &p.words[n]
	switch w.Kind {
	case token.Mark, token.Link, token.Mention, token.Clitic:
		return false
	case token.Hashtag:
		return n == i
	}
	return (w.Tag.IsNoun() || w.Tag == tagger.FW) && !w.Class.has(pronoun)
}

// goesOn reports whether word n, no noun, stands inside a row of nouns: "snow
// covered street", "number 37", "Carrington II Bedroom 9 Drawer Dresser".
func (p phrase) goesOn(i, n int) bool {
	if !p.holds(n) || p.words[n].Kind != token.Word {
		return false
	}
	w, prev, next := &p.words[n], &p.words[n-1], at(p.words, n+1)
	inside := p.isNoun(i, n+1)
	switch {
	case w.Tag == tagger.CD:
		return prev.is("number") || prev.Capital && (!inside || next.Capital)
	case w.Class.has(linked):
		return inside
	case w.Tag == tagger.VBG && w.Class.has(ingNoun|activity):
		return inside && !prev.Class.has(being)
	case w.Tag.IsVerb() && w.Class.has(anyVerb):
		return false
	}
	return inside && w.Capital && prev.Capital && (w.Tag.IsAdjective() || w.Tag.IsVerb())
}

// startsBoilerplate reports whether what a picture agency appends starts at
// word n.
func (p phrase) startsBoilerplate(n int) bool {
	return p.words[n].Class.has(boilerplate) && !p.words[n-1].Class.has(free) &&
		at(p.words, n+1).Class.has(boilerplate|depiction|free)
}
