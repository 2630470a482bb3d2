package grammar

import "github.com/groundmill/groundmill/extract/tagger"

// A tail is what follows a phrase, being read. Its last word so far is last.
type tail struct {
	words     []Word
	chunks    []Chunk // from pos on
	pos, last int
	attach    attachment
	open      bool // a noun phrase may follow: after a preposition or verb
	clause    bool // a participle or relative clause is under way
	relative  bool // which lacks its verb
}

// maxAhead bounds the words read after the last that belongs to the tail, so that
// text which never completes a clause takes linear time.
const maxAhead = 16

// step reads on, and reports whether there was anything that belongs to the
// tail.
func (t *tail) step() bool {
	if t.pos >= len(t.words) || t.words[t.pos].NewPart || t.pos-t.last > maxAhead {
		return false
	}
	if len(t.chunks) > 0 && t.chunks[0].First == t.pos {
		return t.chunk()
	}
	w := &t.words[t.pos]
	switch {
	case isRelative(w) && !t.open && !t.relative:
		return t.startRelative()
	case w.Tag == tagger.IN:
		return t.preposition()
	case w.Tag == tagger.TO:
		return t.to()
	case w.Tag == tagger.PRP:
		return t.pronoun()
	case w.Tag.IsNoun():
		return t.open && t.object()
	case w.Tag.IsVerb() || w.Tag == tagger.MD:
		return t.verb()
	case at(t.words, t.pos+1).is("to") && (w.is("next") || w.is("close")):
		return t.placed()
	case w.Tag == tagger.RB || w.Tag == tagger.RP:
		return t.adverb()
	case w.Tag.IsAdjective():
		return t.adjective()
	case w.is("\"") || w.is("'"):
		return t.quote()
	}
	return false
}

// head returns the head of the phrase that was read last.
func (t *tail) head() *Word { return at(t.words, t.last) }

// take reads n words that end the tail if nothing follows.
func (t *tail) take(n int) bool {
	t.pos += n
	if !t.relative {
		t.last = t.pos - 1
	}
	return true
}

// pass reads n words that end no tail.
func (t *tail) pass(n int) bool {
	t.pos += n
	return true
}

func (t *tail) chunk() bool {
	if !t.open {
		return false
	}
	c := t.chunks[0]
	t.chunks = t.chunks[1:]
	t.open = false
	return t.take(c.Last + 1 - t.pos)
}

// object reads a noun that is no phrase, as "front" in "in front of".
func (t *tail) object() bool {
	t.open = false
	return t.take(1)
}

// isRelative reports whether w starts a relative clause.
func isRelative(w *Word) bool {
	switch w.Tag {
	case tagger.WDT, tagger.WP, tagger.WPS:
		return !w.is("what")
	case tagger.WRB:
		return w.is("where")
	}
	return w.is("that")
}

func (t *tail) startRelative() bool {
	t.relative, t.open, t.clause = true, true, true
	return t.pass(1)
}

// preposition reads the preposition of a phrase.
func (t *tail) preposition() bool {
	w, next := &t.words[t.pos], at(t.words, t.pos+1)
	switch {
	case subordinates(w), next.Class.has(subject):
		return false
	case w.is("as") && (!t.clause || next.Tag == tagger.VBN):
		return false
	case !t.clause && !t.attaches(w):
		return false
	}
	t.open = true
	return t.pass(1)
}

// subordinates reports whether w, a preposition to the tagger, starts a clause.
func subordinates(w *Word) bool {
	switch string(w.Form) {
	case "although", "because", "if", "so", "that", "though", "unless", "while", "whilst":
		return true
	}
	return false
}

// placed reads "next to" and "close to".
func (t *tail) placed() bool {
	t.open = true
	return t.pass(2)
}

// to reads "to" before a place, or before a verb in a clause.
func (t *tail) to() bool {
	switch {
	case at(t.words, t.pos+1).Tag == tagger.VB:
		if !t.clause || t.relative {
			return false
		}
		t.open = true
		return t.take(2)
	case !t.clause && t.attach != attachAll:
		return false
	}
	t.open = true
	return t.pass(1)
}

// pronoun reads the object of a verb or preposition, or the subject of a relative
// clause.
func (t *tail) pronoun() bool {
	isSubject := t.words[t.pos].Class.has(subject)
	switch {
	case isSubject && !t.open && !t.clause && t.attach == attachLittle: // "the horse he rides"
		return t.startRelative()
	case !t.open:
		return false
	case t.relative:
		return t.pass(1)
	case isSubject:
		return false
	}
	return t.object()
}

// verb reads a participle, or the verb that a relative clause lacks.
func (t *tail) verb() bool {
	w := &t.words[t.pos]
	switch {
	case w.Tag == tagger.MD:
		return t.relative && t.pass(1)
	case t.relative:
		t.relative, t.open = false, true
		return t.take(1)
	case w.Tag == tagger.VBG || (w.Tag == tagger.VBN || t.isPassive()) && !w.Class.has(acted):
		if !t.clause && !t.takesParticiple(w) {
			return false
		}
		t.clause, t.open = true, true
		return t.take(1)
	}
	return false
}

// isPassive reports whether the word, a verb in the past to the tagger, is rather
// a participle: "a man dressed in red".
func (t *tail) isPassive() bool {
	w := &t.words[t.pos]
	next := at(t.words, t.pos+1)
	return w.Tag == tagger.VBD && next.Tag == tagger.IN && !subordinates(next) && (w.Class.has(passive) || t.verbLater())
}

// maxClause bounds the words among which verbLater looks.
const maxClause = 16

// verbLater reports whether another finite verb follows in the clause.
func (t *tail) verbLater() bool {
	for i := t.pos + 1; i < t.pos+maxClause; i++ {
		switch at(t.words, i).Tag {
		case tagger.VBZ, tagger.VBP, tagger.VBD:
			return true
		case tagger.Period, tagger.Comma, tagger.Colon, tagger.CC, tagger.PRP, tagger.WDT, tagger.WP, tagger.WRB:
			return false
		}
	}
	return false
}

func (t *tail) adverb() bool {
	if t.clause {
		return t.take(1)
	}
	return t.pass(1)
}

// adjective reads one that stands behind what it describes: "full of water", "who
// is happy".
func (t *tail) adjective() bool {
	next := at(t.words, t.pos+1)
	switch {
	case next.Tag == tagger.TO || next.Tag == tagger.IN && (t.clause || t.attaches(next)):
		return t.pass(1)
	case t.clause && t.open:
		t.open = false
		return t.take(1)
	}
	return false
}

// maxQuote bounds the words of a quotation.
const maxQuote = 12

// quote reads to the end of a quotation.
func (t *tail) quote() bool {
	mark := t.words[t.pos].Form
	for n := 1; n < maxQuote; n++ {
		w := at(t.words, t.pos+n)
		if w.NewPart {
			return false
		}
		if w.isMark() && string(w.Form) == string(mark) {
			for len(t.chunks) > 0 && t.chunks[0].First < t.pos+n {
				t.chunks = t.chunks[1:]
			}
			t.open = false
			return t.take(n + 1)
		}
	}
	return false
}
