package extract

import (
	"unicode"
	"unicode/utf8"

	"github.com/groundmill/groundmill/extract/grammar"
	"github.com/groundmill/groundmill/extract/token"
)

// A casing says how a caption uses capitals. The tagger, which learnt from
// sentences, takes every capitalised word for a name; so where capitals mean
// nothing it is shown lower case. Spans always refer to the caption as it is.
type casing struct {
	shouts bool // nearly all letters are capitals
	title  bool // most words start with a capital
}

// casingOf counts the capitals of a caption.
func casingOf(caption string) casing {
	upper, lower := 0, 0
	for _, r := range caption {
		switch {
		case r < utf8.RuneSelf && r >= 'a' && r <= 'z':
			lower++
		case r < utf8.RuneSelf && r >= 'A' && r <= 'Z':
			upper++
		case r >= utf8.RuneSelf && unicode.IsLower(r):
			lower++
		case r >= utf8.RuneSelf && unicode.IsUpper(r):
			upper++
		}
	}
	return casing{
		shouts: upper > 0 && 5*upper >= 4*(upper+lower),
	}
}

// readTitle settles what the words say, which must all be in lower case yet.
func (c *casing) readTitle(caption string, tokens []token.Token, words []grammar.Word) {
	capitals, closed, n := 0, 0, 0
	for i, t := range tokens {
		if t.Kind != token.Word {
			continue
		}
		n++
		if startsUpper(caption[t.Start:]) {
			capitals++
		}
		if words[i].Class.IsClosed() {
			closed++
		}
	}
	c.title = 2*capitals > n
	if c.title && 3*closed >= n {
		c.shouts = true
	}
}

func startsUpper(s string) bool {
	if s[0] < utf8.RuneSelf {
		return s[0] >= 'A' && s[0] <= 'Z'
	}
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

// endsSentence reports whether t is a mark after which a sentence starts.
func endsSentence(caption string, t token.Token) bool {
	c := caption[t.Start]
	return t.Kind == token.Mark && (c == '.' || c == '!' || c == '?')
}

// lowers reports whether the tagger is shown a capitalised word in lower case.
func (c casing) lowers(class grammar.Class, first, nextUpper bool) bool {
	if c.shouts || class.Lowers() {
		return true
	}
	return first && !c.title && !nextUpper
}
