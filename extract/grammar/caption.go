package grammar

import "github.com/groundmill/groundmill/extract/tagger"

const (
	// maxWords is the longest phrase; of a longer one the last words are kept.
	// Foreign text, all nouns to the tagger, makes such phrases.
	maxWords = 8
	// maxLead bounds the determiners and modifiers before a noun, so that text
	// of nothing else takes linear time.
	maxLead = 2 * maxWords
)

// Caption appends to dst the chunks of the grammar for captions,
//
//	Phrase = NP ("of" NP)*           where the head is an amount, a group, a container or a part
//	       | ("one" | "some" | ...) "of" NP
//	NP     = Det{0,3} Mod* Noun+ (POS Mod* Noun+)*
//	       | DT Mod* JJ              the noun left out: "the other"
//	       | Colour                  where it stands for clothes: "in red"
//	Det    = DT | PDT | PRP$ | CD
//	Mod    = JJ | CD | VBN | VBG | RB Mod | Mod (CC | "," | "," CC) Mod
//	Noun   = NN | NNS | NNP | NNPS | FW | what stands inside a row of nouns
//
// leftmost and greedy, on repaired tags, which it writes to words. Pronouns,
// nouns that make a preposition ("in front of"), stray adverbs and names of
// files make no phrase; of a phrase over 8 words the last 8 are kept.
func Caption(dst []Chunk, words []Word) []Chunk {
	repair(words)
	for i := 0; i < len(words); {
		last, ok := phrase{words, i}.last()
		if !ok {
			i++
			continue
		}
		if c := shorten(words, Chunk{i, last}); namesThing(words, c) {
			dst = append(dst, c)
		}
		i = last + 1
	}
	return dst
}

// A phrase is one that starts at word first, being read.
type phrase struct {
	words []Word
	first int
}

// last returns the last word of the phrase with all that belongs to it.
func (p phrase) last() (last int, ok bool) {
	last, ok = p.base(p.first)
	if !ok && p.isQuantity() {
		last, ok = p.first, true
	}
	if !ok {
		return 0, false
	}
	for p.takesOf(last) {
		end, ok := p.base(last + 2)
		if !ok {
			break
		}
		last = end
	}
	return last, true
}

// takesOf reports whether "of" follows head and what follows it belongs to the
// phrase.
func (p phrase) takesOf(head int) bool {
	return p.holds(head+1) && p.words[head+1].is("of") && p.holds(head+2) &&
		p.words[head].Class.has(partitive) && !isPlace(p.words, Chunk{p.first, head})
}

// isQuantity reports whether the phrase starts with "one", "some" and the like
// of something named: "one of the men".
func (p phrase) isQuantity() bool {
	w, set := &p.words[p.first], at(p.words, p.first+2)
	return (w.Tag == tagger.CD || w.Tag == tagger.DT) && w.Class.has(partitive) && at(p.words, p.first+1).is("of") &&
		(set.Tag == tagger.DT || set.Tag == tagger.PRPS || set.Tag == tagger.CD)
}

// base returns the last word of the NP that starts at word i of the phrase.
func (p phrase) base(i int) (last int, ok bool) {
	n := i
	for p.holds(n) && p.words[n].isDeterminer() && n < i+3 {
		n++
	}
	n = p.modifiers(i, n)
	end := p.nouns(i, n)
	if end == n {
		return n - 1, p.lacksNoun(i, n)
	}
	for p.holds(end) && p.words[end].Tag == tagger.POS {
		from := p.modifiers(i, end+1)
		owned := p.nouns(i, from)
		if owned == from {
			break
		}
		end = owned
	}
	return end - 1, true
}

// holds reports whether word n may be part of the phrase.
func (p phrase) holds(n int) bool {
	return n < len(p.words) && (n == p.first || !p.words[n].NewPart)
}

// lacksNoun reports whether words i up to n, determiners and modifiers, are an
// NP without a noun.
func (p phrase) lacksNoun(i, n int) bool {
	if n == i {
		return false
	}
	w := &p.words[n-1]
	if w.Class.has(colour) && at(p.words, i-1).dresses() {
		return true
	}
	return n > i+1 && w.Tag.IsAdjective() && p.words[i].Tag == tagger.DT && !p.words[i].is("each")
}
