package grammar

import "github.com/groundmill/groundmill/extract/tagger"

// Expressions appends to dst, for each chunk of a caption, the referring
// expression that it heads, or the chunk itself where it heads none.
//
//	Expression = Phrase (Prep NP | Participle | Relative)+
//	Participle = (VBG | VBN) Tail             "holding a cup in the rain"
//	Relative   = (WDT | WP | WRB) NP? Verb Tail
//	Tail       = (NP | Prep NP | Participle | Adverb | Adjective | "to" VB)*
//
// Before the verb of a clause, and after "there is", all that follows a phrase
// describes it. After the verb it may as well describe the action, and a phrase
// takes only what rarely does (attaches). An expression ends before a comma, a
// conjunction and the verb of the clause; phrases that a conjunction joins, and
// abstract ones, head none.
//
// As in GRIT (Peng et al. 2023, Kosmos-2, section 3) an expression inside another
// is left out, so that expressions never overlap.
func Expressions(dst []Chunk, words []Word, chunks []Chunk) []Chunk {
	g := grower{words: words, chunks: chunks}
	for i, c := range chunks {
		end := c.Last
		if c.First >= g.grown {
			g.readTo(c.First)
			end = g.grow(i)
		}
		dst = append(dst, Chunk{c.First, end})
	}
	return dst
}

// A grower walks over a caption and grows one phrase after the other.
type grower struct {
	words  []Word
	chunks []Chunk
	grown  int  // first word after the last expression
	read   int  // first word that readTo has not seen
	verb   bool // the clause has its verb
}

// readTo takes note of the words up to word end that no expression holds.
func (g *grower) readTo(end int) {
	for g.read = max(g.read, g.grown); g.read < end; g.read++ {
		switch w := &g.words[g.read]; {
		case w.Tag == tagger.Period, w.Tag == tagger.Colon, w.NewPart, w.is("while"), w.is("as"):
			g.verb = false
		case w.Tag.IsVerb():
			g.verb = !isBe(w) || g.read+1 < end
		}
	}
}

// grow returns the last word of the expression of chunk i.
func (g *grower) grow(i int) int {
	c := g.chunks[i]
	if IsAbstract(g.words, c) || g.joined(i) {
		return c.Last
	}
	t := tail{words: g.words, chunks: g.chunks[i+1:], pos: c.Last + 1, last: c.Last}
	t.attach = g.attachment(c)
	for t.step() {
	}
	if t.last > c.Last {
		g.grown = t.last + 1
	}
	return t.last
}

// joined reports whether a conjunction joins chunk i to one beside it that heads
// no expression and lies in none.
func (g *grower) joined(i int) bool {
	c := g.chunks[i]
	if i+1 < len(g.chunks) && g.conjunctions(c.Last+1, g.chunks[i+1].First) {
		return true
	}
	return i > 0 && g.chunks[i-1].First >= g.grown && g.conjunctions(g.chunks[i-1].Last+1, c.First)
}

// conjunctions reports whether nothing but a conjunction, and a comma before it,
// stands from word i up to word end.
func (g *grower) conjunctions(i, end int) bool {
	if i < end && g.words[i].Tag == tagger.Comma {
		i++
	}
	return i == end-1 && g.words[i].Tag == tagger.CC
}
