package grammar

import (
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
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

// A repairer holds a caption and what is known of the clause so far.
type repairer struct {
	words      []Word
	finite     bool  // it has its verb
	participle bool  // it has a verb in -ing
	joined     bool  // its last nouns are joined by "and"
	actor      Class // being, and plural, of those who may act in it
}

// word repairs word i.
func (r *repairer) word(i int) {
	w := &r.words[i]
	if tag, ok := r.settled(i); ok {
		w.Tag = tag
	} else {
		r.adjective(i)
		r.noun(i)
		r.ing(i)
		r.finiteForm(i)
	}
	r.follow(w)
}

// settled returns the tag of a word that needs no further look.
func (r *repairer) settled(i int) (tagger.Tag, bool) {
	w, prev, next := &r.words[i], at(r.words, i-1), at(r.words, i+1)
	switch {
	case w.Kind == token.Placeholder:
		return tagger.NNP, true
	case w.isMark():
		return markTag(w.Tag), true
	case w.Class.has(adverb) && !r.startsNoun(i+1):
		return tagger.RB, true
	case w.Class.has(preposition) && prev.Tag != tagger.DT, w.is("past") && prev.Tag.IsVerb():
		return tagger.IN, true
	case w.Tag == tagger.PRP && w.is("her") && (r.startsNoun(i+1) || next.Tag == tagger.CD):
		return tagger.PRPS, true
	case w.Class.has(linked) && w.Tag.IsNoun():
		return tagger.VBN, true
	}
	return 0, false
}

// markTag takes quotes and signs out of phrases.
func markTag(t tagger.Tag) tagger.Tag {
	if t.IsNoun() || t.IsAdjective() || t.IsVerb() || t == tagger.CD || t == tagger.FW {
		return tagger.SYM
	}
	return t
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
