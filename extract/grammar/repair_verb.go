package grammar

import (
	"bytes"

	"github.com/groundmill/groundmill/extract/tagger"
)

// ing makes verbs of forms in -ing that the tagger took for nouns.
func (r *repairer) ing(i int) {
	w := &r.words[i]
	if !w.Tag.IsNoun() || w.isUpper() || !endsIng(w) {
		return
	}
	prev, next := at(r.words, i-1), at(r.words, i+1)
	if r.opensNoun(i-1) || prev.Tag == tagger.CD && !prev.is("one") {
		return
	}
	acts := isSubject(prev) && (opensObject(next) || prev.Class.has(being) ||
		w.Class.has(activity) && r.actor.has(being) && !next.Tag.IsNoun() && !prev.Class.has(ground))
	if w.Class.has(ingNoun|activity) && !isBe(prev) && !acts {
		return
	}
	if !w.Class.has(verbIng) && !(prev.Tag.IsNoun() && (r.actor.has(being) || followsVerb(next))) {
		return
	}
	w.Tag = tagger.VBG
}

func endsIng(w *Word) bool {
	return w.Class.has(verbIng) || len(w.Form) > 5 && bytes.HasSuffix(w.Form, []byte("ing"))
}

func isBe(w *Word) bool { return w.is("is") || w.is("are") || w.is("was") || w.is("were") }

// opensObject reports whether w starts what follows a verb rather than a noun.
func opensObject(w *Word) bool {
	return w.Tag == tagger.DT || w.Tag == tagger.PRPS || w.Tag == tagger.CD || w.Tag == tagger.PRP
}

// finiteForm makes verbs of finite forms that the tagger took for nouns.
func (r *repairer) finiteForm(i int) {
	w := &r.words[i]
	if w.isUpper() {
		return
	}
	prev := at(r.words, i-1)
	switch {
	case w.Tag.IsAdjective():
		if w.Class.has(verbBase) && prev.Class.has(plural) && prev.Class.has(being) {
			w.Tag = tagger.VBP
		}
	case !w.Tag.IsNoun():
	case prev.Class.has(subject):
		w.Tag = tagger.VBP
	case w.Class.has(verbS) && r.disagrees(i):
		prev.Tag, w.Tag = tagger.NN, tagger.VBZ
	case w.Class.has(verbS) && r.takesSingular(i), w.Tag == tagger.NNS && r.takesObject(i):
		w.Tag = tagger.VBZ
	case w.Class.has(verbBase) && r.takesPlural(i):
		w.Tag = tagger.VBP
	}
}

// disagrees reports whether the -s form at word i stands after "a" and a word
// that the tagger takes for an adjective: "a sloth stands".
func (r *repairer) disagrees(i int) bool {
	prev, article := at(r.words, i-1), at(r.words, i-2)
	return prev.Tag.IsAdjective() && !prev.Class.has(colour|adjective) &&
		(article.is("a") || article.is("an") || article.is("another"))
}

// takesObject reports whether word i, a plural to the tagger, stands between
// the first noun of a clause and an object.
func (r *repairer) takesObject(i int) bool {
	prev, next := at(r.words, i-1), at(r.words, i+1)
	return prev.Tag == tagger.NN && !r.finite && !r.participle && r.actor.has(being) &&
		(next.Tag == tagger.DT || next.Tag == tagger.PRPS || next.Tag == tagger.TO)
}

// takesSingular reports whether the -s form at word i is a verb.
func (r *repairer) takesSingular(i int) bool {
	w, prev, next := &r.words[i], at(r.words, i-1), at(r.words, i+1)
	switch {
	case prev.Tag == tagger.DT:
		return prev.is("another") || prev.is("each")
	case prev.Tag == tagger.CC:
		return opensObject(next)
	case prev.Tag.IsAdjective():
		return prev.Class.has(colour) && r.isWorn(i-1)
	case !isSubject(prev):
		return false
	case prev.Class.has(plural):
		return !w.Class.has(nounVerb) && followsVerb(next)
	case !prev.Tag.IsNoun(), prev.Class.has(being), !w.Class.has(nounVerb):
		return true
	}
	return opensObject(next) || !r.finite && r.wantsVerb(next)
}

// wantsVerb reports whether the clause lacks a verb that next may follow.
func (r *repairer) wantsVerb(next *Word) bool {
	if followsVerb(next) {
		return true
	}
	return !r.finite && !r.participle && r.actor.has(being) && next.Tag != tagger.Comma
}

// takesPlural reports whether the base form at word i is a verb.
func (r *repairer) takesPlural(i int) bool {
	w, prev, next := &r.words[i], at(r.words, i-1), at(r.words, i+1)
	many := prev.Tag == tagger.NNS || prev.Class.has(plural) || prev.Tag.IsNoun() && r.joined && prev.Class.has(being)
	switch {
	case prev.Tag == tagger.CD:
		return !prev.is("one") && !w.Class.has(nounVerb) && followsVerb(next)
	case prev.Tag.IsAdjective():
		return prev.Class.has(colour) && r.isWorn(i-1) && r.actor.has(plural)
	case !isSubject(prev), endsIng(prev):
		return false
	case many && (prev.Class.has(being) || !w.Class.has(nounVerb)):
		return true
	case many:
		return followsVerb(next)
	case prev.Tag.IsNoun() && r.joined:
		return followsVerb(next) || r.wantsVerb(next)
	}
	return prev.Tag == tagger.NN && (next.Tag == tagger.DT || next.Tag == tagger.PRPS || next.Tag == tagger.PRP ||
		r.actor.has(plural) && r.wantsVerb(next))
}

// followsVerb reports whether w is what stands behind a verb more often than
// behind a noun.
func followsVerb(w *Word) bool {
	switch w.Tag {
	case tagger.IN, tagger.DT, tagger.PRPS, tagger.PRP, tagger.RB, tagger.RP, tagger.TO, tagger.CD, tagger.VBG, tagger.JJ:
		return true
	}
	return false
}
