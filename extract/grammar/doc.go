// Package grammar finds noun phrases in a tagged token sequence.
//
// It knows tokens, tags and words, not captions: a Chunk is a range of tokens,
// and package extract turns it into bytes. Caption is the grammar made for
// captions, with the word lists of lexicon.txt; GLIP is the chunk grammar of the
// GLIP demo. Expressions grows the chunks of either to referring expressions.
//
// All are pure functions of the words, which Caption retags, and linear in their
// number. Their matches never overlap and never reach over a border of parts:
//
//	chunks := grammar.Caption(nil, words)
//	for i, e := range grammar.Expressions(nil, words, chunks) {
//		phrase, expression := words[e.First:chunks[i].Last+1], words[e.First:e.Last+1]
//	}
package grammar
