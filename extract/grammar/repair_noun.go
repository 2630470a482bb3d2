package grammar

import (
	"bytes"

	"github.com/groundmill/groundmill/extract/tagger"
)

// startsNoun reports whether word i is a noun or describes one.
func (r *repairer) startsNoun(i int) bool {
	w := at(r.words, i)
	return w.Tag.IsNoun() || w.Tag.IsAdjective() || w.Class.has(colour|adjective|noun) ||
		w.Tag == tagger.VBG && w.Class.has(ingNoun|activity)
}

// adjective makes adjectives of colours and materials before what they describe.
func (r *repairer) adjective(i int) {
	w := &r.words[i]
	if w.Tag == tagger.NN && len(w.Form) > 6 && bytes.HasSuffix(w.Form, []byte("less")) {
		w.Tag = tagger.JJ
	}
	if !w.Class.has(colour|adjective) || w.Tag.IsAdjective() || w.Tag == tagger.NNP {
		return
	}
	if !w.Tag.IsNoun() || r.describes(i) {
		w.Tag = tagger.JJ
	}
}

// describes reports whether word i stands before a noun, an adjective, or
// another colour in a list.
func (r *repairer) describes(i int) bool {
	next := at(r.words, i+1)
	if next.Tag == tagger.CC || next.Tag == tagger.Comma {
		return at(r.words, i+2).Class.has(colour | adjective)
	}
	return r.startsNoun(i+1) || next.Tag == tagger.VBN && r.startsNoun(i+2)
}

// noun makes nouns of words that name things, and of verbs where only a noun
// can stand.
func (r *repairer) noun(i int) {
	w := &r.words[i]
	if w.Tag.IsNoun() {
		return
	}
	if r.isThing(i) || r.isNoVerb(i) || r.isActor(i) {
		w.Tag = nounTag(w.Form)
	}
}

// isThing reports whether word i names a thing where the tagger sees none.
func (r *repairer) isThing(i int) bool {
	w, prev := &r.words[i], at(r.words, i-1)
	switch {
	case w.Class.has(noun):
		return !w.Tag.IsVerb() || !w.Class.has(verbBase|verbS|verbIng) || !isSubject(prev)
	case w.is("top"): // "tank top"
		return prev.Tag.IsNoun()
	}
	return w.Tag == tagger.MD && prev.Tag == tagger.DT // "a can"
}

// isNoVerb reports whether word i, a verb in the present to the tagger, stands
// where none can.
func (r *repairer) isNoVerb(i int) bool {
	w, prev := &r.words[i], at(r.words, i-1)
	if !isPresent(w) || w.Class.has(colour|adjective|closed) {
		return false
	}
	switch {
	case r.opensNoun(i - 1):
		return true
	case w.Class.has(verbBase):
		return false
	case w.Tag == tagger.VB:
		return !allowsInfinitive(prev)
	}
	return w.Tag == tagger.VBP && prev.Tag == tagger.NN && !r.joined
}

// isActor reports whether word i, an adjective to the tagger, names a being.
func (r *repairer) isActor(i int) bool {
	w := &r.words[i]
	if !w.Tag.IsAdjective() {
		return false
	}
	return isPersonName(w.Form) && !r.startsNoun(i+1) ||
		w.Class.has(being) && at(r.words, i+1).Class.has(verbS|verbBase|verbIng)
}

// isPresent reports whether the tagger takes w for a verb in the present.
func isPresent(w *Word) bool {
	return w.Tag == tagger.VB || w.Tag == tagger.VBP || w.Tag == tagger.VBZ
}

// isSubject reports whether a verb may follow w for its grammar.
func isSubject(w *Word) bool {
	return w.Tag.IsNoun() || w.Tag == tagger.PRP || w.Tag == tagger.WP || w.Tag == tagger.WDT
}

// opensNoun reports whether a noun phrase is open after word i: no finite verb
// follows an article, possessive or adjective.
func (r *repairer) opensNoun(i int) bool {
	w := at(r.words, i)
	switch {
	case w.Tag == tagger.DT:
		return w.is("a") || w.is("an") || w.is("the") || w.is("no") || w.is("every")
	case w.Tag.IsAdjective():
		return !w.is("other") && !(w.Class.has(colour) && r.isWorn(i))
	}
	return w.Tag == tagger.PRPS || w.Tag == tagger.POS
}

// isWorn reports whether the colour at word i stands for clothes: "in red",
// "wearing all black", "in red and green".
func (r *repairer) isWorn(i int) bool {
	for n := 0; n < maxWords; n++ {
		w := at(r.words, i-1-n)
		if !w.Class.has(colour) && !w.is("all") && w.Tag != tagger.CC {
			return w.dresses()
		}
	}
	return false
}

// allowsInfinitive reports whether the base form of a verb may follow w.
func allowsInfinitive(w *Word) bool {
	return w.Tag == tagger.TO || w.Tag == tagger.MD || w.Tag == tagger.RB || w.Tag == tagger.Period || w.Tag.IsVerb() ||
		w.Tag == tagger.NNS || w.Tag == tagger.PRP
}

// isPersonName reports whether form names a person by its ending.
func isPersonName(form []byte) bool {
	return len(form) > 4 && (bytes.HasSuffix(form, []byte("man")) || bytes.HasSuffix(form, []byte("men")))
}

func nounTag(form []byte) tagger.Tag {
	if n := len(form); n > 2 && form[n-1] == 's' && form[n-2] != 's' {
		return tagger.NNS
	}
	return tagger.NN
}
