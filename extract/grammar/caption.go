package grammar

import (
	"bytes"
	"unicode"

	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// maxWords is the longest phrase; of a longer one, the last words are kept.
// Foreign text, all nouns to the tagger, makes such phrases.
const maxWords = 8

// Caption appends to dst the chunks of the grammar for captions:
//
//	NP   = Det{0,3} Mod* Noun+ ("'s" Mod* Noun+)*      at most 8 words
//	Det  = DT | PDT | PRP$ | CD
//	Mod  = JJ | CD | VBN | VBG | RB before Mod | Mod (CC|",") Mod
//	     | NP "of" NP, for heads of amounts, groups, containers and parts
//	     | colour, where something is worn or painted in it
//
// on repaired tags, which it writes to words. Pronouns, words of position ("in
// front of") and stray adverbs make no phrase.
func Caption(dst []Chunk, words []Word) []Chunk {
	repair(words)
	for i := 0; i < len(words); {
		c, ok := phrase(words, i)
		if !ok {
			i++
			continue
		}
		if c, ok := trim(words, c); ok {
			dst = append(dst, c)
		}
		i = c.Last + 1
	}
	return dst
}

// phrase returns the phrase that starts at word i with all that belongs to it.
func phrase(words []Word, i int) (Chunk, bool) {
	last, ok := base(words, i)
	if !ok && isQuantity(words, i) {
		last, ok = i, true
	}
	if !ok {
		return Chunk{}, false
	}
	for {
		next := last + 1
		if !reaches(words, i, next) || !words[next].is("of") || !words[last].Class.has(partitive) || isPlace(words, i, last) {
			break
		}
		end, ok := base(words, next+1)
		if !ok || words[next+1].NewPart {
			break
		}
		last = end
	}
	return Chunk{i, last}, true
}

// isQuantity reports whether word i is "one", "some" and the like of something
// named: "one of the men".
func isQuantity(words []Word, i int) bool {
	w, set := &words[i], at(words, i+2)
	return (w.Tag == tagger.CD || w.Tag == tagger.DT) && w.Class.has(partitive) && at(words, i+1).is("of") &&
		(set.Tag == tagger.DT || set.Tag == tagger.PRPS || set.Tag == tagger.CD)
}

// base returns the last word of the base noun phrase that starts at word i.
func base(words []Word, i int) (last int, ok bool) {
	n := i
	for reaches(words, i, n) && isDeterminer(&words[n]) && n < i+3 {
		n++
	}
	n = modifiers(words, i, n)
	end := nouns(words, i, n)
	if end == n {
		return ellipsis(words, i, n)
	}
	for isPossessive(words, i, end) {
		mods := modifiers(words, i, end+1)
		next := nouns(words, i, mods)
		if next == mods {
			break
		}
		end = next
	}
	return end - 1, true
}

// reaches reports whether a phrase that starts at word first may hold word n.
func reaches(words []Word, first, n int) bool {
	return n < len(words) && (n == first || !words[n].NewPart)
}

func isDeterminer(w *Word) bool {
	if w.Kind == token.Mark {
		return false
	}
	switch w.Tag {
	case tagger.DT, tagger.PDT, tagger.PRPS, tagger.CD:
		return true
	}
	return false
}

// modifiers returns the first word from n on that modifies nothing.
func modifiers(words []Word, first, n int) int {
	for reaches(words, first, n) {
		switch {
		case isModifier(words, first, n):
			n++
		case joinsModifiers(words, first, n, n+1):
			n += 2
		case n+2 < len(words) && words[n].Tag == tagger.Comma && words[n+1].Tag == tagger.CC && joinsModifiers(words, first, n, n+2):
			n += 3
		default:
			return n
		}
	}
	return n
}

// isModifier reports whether word n describes the noun of the phrase.
func isModifier(words []Word, first, n int) bool {
	w := &words[n]
	if w.Kind != token.Word {
		return false
	}
	switch {
	case w.Tag.IsAdjective(), w.Tag == tagger.CD:
		return true
	case w.Tag == tagger.VBN, w.Tag == tagger.VBD && n > first:
		return modifies(words, first, n)
	case w.Tag == tagger.VBG:
		return (n > first || n == 0 && at(words, 1).Class.has(being)) && modifies(words, first, n)
	case w.Class.has(linked):
		return n > first && modifies(words, first, n)
	case w.Tag == tagger.RB, w.Tag == tagger.RBR, w.Tag == tagger.RBS:
		return (n > first || w.is("very") || bytes.HasSuffix(w.Form, []byte("ly"))) && reaches(words, first, n+1) && isModifier(words, first, n+1)
	}
	return false
}

// modifies reports whether the participle at word n stands before a noun.
func modifies(words []Word, first, n int) bool {
	next := at(words, n+1)
	return reaches(words, first, n+1) && (next.Tag.IsNoun() || next.Tag.IsAdjective() && !next.isMark())
}

// joinsModifiers reports whether word n joins the modifiers n-1 and to, as
// in "red and white shirts" and "a tall , thin man".
func joinsModifiers(words []Word, first, n, to int) bool {
	if n == first || !reaches(words, first, to) || !words[n-1].Tag.IsAdjective() {
		return false
	}
	next := &words[to]
	return (words[n].Tag == tagger.CC || words[n].Tag == tagger.Comma) && next.Tag.IsAdjective() && next.Kind == token.Word
}

// nouns returns the first word from n on that is no noun.
func nouns(words []Word, first, n int) int {
	start := n
	for reaches(words, first, n) && (isNoun(words, first, n) || n > start && goesOn(words, first, n)) {
		if n > first && startsBoilerplate(words, n) {
			break
		}
		n++
	}
	return n
}

// startsBoilerplate reports whether what a picture agency appends starts at
// word n.
func startsBoilerplate(words []Word, n int) bool {
	next := at(words, n+1)
	return words[n].Class.has(boilerplate) && !words[n-1].Class.has(free) && next.Class.has(boilerplate|depiction|free)
}

// goesOn reports whether word n, no noun, stands inside a row of nouns: "snow
// covered street", "number 37", "Carrington II Bedroom 9 Drawer Dresser".
func goesOn(words []Word, first, n int) bool {
	w := &words[n]
	if w.isMark() {
		return false
	}
	next := reaches(words, first, n+1) && isNoun(words, first, n+1)
	switch {
	case w.Tag == tagger.CD:
		return words[n-1].is("number") || words[n-1].Capital && (!next || words[n+1].Capital)
	case w.Class.has(linked):
		return next
	}
	return next && w.Capital && words[n-1].Capital && (w.Tag.IsAdjective() || w.Tag.IsVerb())
}

func isNoun(words []Word, first, n int) bool {
	w := &words[n]
	if w.Kind == token.Mark || w.Kind == token.Link {
		return false
	}
	if n > first && w.Class.has(pronoun) {
		return false
	}
	return w.Tag.IsNoun() || w.Tag == tagger.FW
}

// isPossessive reports whether word n is the 's of the noun before it.
func isPossessive(words []Word, first, n int) bool {
	return reaches(words, first, n) && words[n].Tag == tagger.POS
}

// ellipsis decides on determiners and modifiers that no noun follows: words
// first up to n.
func ellipsis(words []Word, first, n int) (last int, ok bool) {
	if n == first {
		return 0, false
	}
	w := &words[n-1]
	if w.Class.has(colour) && isWornIn(at(words, first-1)) {
		return n - 1, true
	}
	if n-first > 1 && w.Tag.IsAdjective() && words[first].Tag == tagger.DT {
		return n - 1, true
	}
	return 0, false
}

// isWornIn reports whether a colour after w stands for clothes.
func isWornIn(w *Word) bool { return w.is("in") || w.is("wearing") || w.is("wears") }

// isPlace reports whether words first to last are the noun of a preposition,
// as "front" is in "in front of".
func isPlace(words []Word, first, last int) bool {
	return first == last && words[last].Class.has(place) && at(words, first-1).Tag == tagger.IN
}

// trim cuts a phrase to its last words, and drops it where it names nothing.
func trim(words []Word, c Chunk) (Chunk, bool) {
	if c.Last-c.First >= maxWords {
		c.First = c.Last - maxWords + 1
	}
	w := &words[c.Last]
	if c.First == c.Last && (!names(w.Form) || w.Class.has(stray|pronoun) || isPlace(words, c.First, c.Last)) {
		return c, false
	}
	return c, true
}

// names reports whether form has the two letters that a name of something
// takes at least; in scripts of syllables one is enough.
func names(form []byte) bool {
	n := 0
	for _, r := range string(form) {
		switch {
		case r > unicode.MaxLatin1 && unicode.IsLetter(r):
			n += 2
		case unicode.IsLetter(r):
			n++
		}
	}
	return n >= 2
}
