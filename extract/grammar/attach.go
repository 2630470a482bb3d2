package grammar

import "github.com/groundmill/groundmill/extract/tagger"

// An attachment says what may describe a phrase where it stands.
type attachment uint8

const (
	attachAll    attachment = iota
	attachPlace             // the phrase follows a preposition behind a verb
	attachLittle            // the phrase is the object of a verb
)

// attachment returns what may describe chunk c.
func (g *grower) attachment(c Chunk) attachment {
	prev := at(g.words, c.First-1)
	switch {
	case !g.verb:
		return attachAll
	case prev.Tag == tagger.IN || prev.Tag == tagger.TO:
		return attachPlace
	}
	return attachLittle
}

// attaches reports whether a preposition right behind the phrase describes it.
func (t *tail) attaches(w *Word) bool {
	switch t.attach {
	case attachAll:
		return true
	case attachPlace:
		return !describesAction(w)
	}
	switch string(w.Form) {
	case "of", "about":
		return true
	case "with":
		return t.head().Class.has(being) || t.describesNext()
	case "by":
		return t.nextHead().Class.has(being)
	}
	return false
}

// describesAction reports whether preposition w mostly says how or when something
// is done.
func describesAction(w *Word) bool {
	switch string(w.Form) {
	case "by", "during", "for", "from", "through", "with":
		return true
	}
	return false
}

// describesNext reports whether a plural with an adjective and no determiner
// follows the preposition, as in "with long horns": parts rather than tools.
func (t *tail) describesNext() bool {
	return at(t.words, t.pos+1).Tag.IsAdjective() && t.nextHead().Tag == tagger.NNS
}

// nextHead returns the head of the phrase right behind the word.
func (t *tail) nextHead() *Word {
	if len(t.chunks) > 0 && t.chunks[0].First == t.pos+1 {
		return &t.words[t.chunks[0].Last]
	}
	return &outside
}

// takesParticiple reports whether participle w right behind the phrase describes
// it.
func (t *tail) takesParticiple(w *Word) bool {
	return t.attach == attachAll || w.Tag == tagger.VBN || w.Class.has(state) || t.head().Class.has(being)
}
