package grammar

import (
	"bytes"

	"github.com/groundmill/groundmill/extract/tagger"
)

// repair corrects tags that the tagger, trained on newspapers, gets wrong in
// captions. It goes once from left to right: a rule sees repaired tags before a
// word and the tagger's after it.
func repair(words []Word) {
	r := repairer{words: words}
	for i := range words {
		r.word(i)
	}
}

// A repairer holds what is known of the clause so far.
type repairer struct {
	words []Word
	// Of the clause so far:
	finite     bool  // it has its verb
	participle bool  // it has a verb in -ing
	joined     bool  // its last nouns are joined by "and"
	actor      Class // being, and plural, of those who may act in it
}

func (r *repairer) word(i int) {
	w := &r.words[i]
	switch {
	case w.isMark():
		repairMark(w)
	case w.Class.has(adverb) && !r.startsNoun(i+1):
		w.Tag = tagger.RB
	case w.Class.has(preposition) || w.is("past") && at(r.words, i-1).Tag.IsVerb():
		w.Tag = tagger.IN
	default:
		r.adjective(i)
		r.noun(i)
		r.ing(i)
		r.finiteForm(i)
	}
	r.follow(w)
}

// follow takes note of what word w means for the clause.
func (r *repairer) follow(w *Word) {
	switch w.Tag {
	case tagger.VBZ, tagger.VBP, tagger.VBD, tagger.MD:
		r.finite, r.joined = true, false
	case tagger.VBG:
		r.participle = true
	case tagger.CC:
		r.joined = !r.finite
		r.finite = false
	case tagger.Period, tagger.Colon, tagger.WDT, tagger.WP, tagger.WRB:
		r.clause()
	case tagger.IN:
		if w.is("as") || w.is("while") || w.is("that") {
			r.clause()
		}
	}
	if w.Tag.IsNoun() && !r.finite {
		r.actor |= w.Class & (being | plural)
	}
}

// clause starts a new clause.
func (r *repairer) clause() {
	*r = repairer{words: r.words}
}

// repairMark takes quotes and signs out of phrases.
func repairMark(w *Word) {
	if w.Tag.IsNoun() || w.Tag.IsAdjective() || w.Tag.IsVerb() || w.Tag == tagger.CD || w.Tag == tagger.FW {
		w.Tag = tagger.SYM
	}
}

// outsider stands for the words before and after a caption.
var outsider = Word{Tag: tagger.Period}

// at returns word i, or outsider.
func at(words []Word, i int) *Word {
	if i < 0 || i >= len(words) {
		return &outsider
	}
	return &words[i]
}

// startsNoun reports whether word i is a noun or describes one.
func (r *repairer) startsNoun(i int) bool {
	w := at(r.words, i)
	return w.Tag.IsNoun() || w.Tag.IsAdjective() || w.Class.has(colour|adjective|noun) ||
		w.Tag == tagger.VBG && w.Class.has(ingNoun)
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
	prev, next := at(r.words, i-1), at(r.words, i+1)
	switch {
	case w.Class.has(noun) && (!w.Tag.IsVerb() || !w.Class.has(verbBase|verbS|verbIng)):
	case w.Class.has(noun) && !isSubject(prev):
	case isPresent(w) && r.opensNoun(i-1) && !w.Class.has(colour|adjective|closed):
	case w.Tag == tagger.VB && !w.Class.has(verbBase|colour|adjective|closed) && !allowsInfinitive(prev):
	case w.Tag == tagger.VBP && !w.Class.has(verbBase|colour|adjective|closed) && prev.Tag == tagger.NN && !r.joined:
	case w.Tag.IsAdjective() && isPersonName(w.Form) && !r.startsNoun(i+1):
	case w.Tag.IsAdjective() && w.Class.has(being) && next.Class.has(verbS|verbBase|verbIng):
	default:
		return
	}
	w.Tag = nounTag(w.Form)
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
	for i--; i > 0 && (at(r.words, i).Class.has(colour) || at(r.words, i).is("all") || at(r.words, i).Tag == tagger.CC); i-- {
	}
	return isWornIn(at(r.words, i))
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
