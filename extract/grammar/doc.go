// Package grammar finds noun phrases in a tagged token sequence.
//
// It knows tokens, tags and words, not captions: a Chunk is a range of tokens,
// and package extract turns it into bytes. Caption is
// the grammar made for captions, with the word lists of lexicon.txt; GLIP is the
// chunk grammar of the GLIP demo.
//
// Both are pure functions of the words, which Caption retags, and linear in their
// number. Their matches never overlap and never reach over a border of parts:
//
//	for _, c := range grammar.Caption(nil, words) {
//		phrase := words[c.First : c.Last+1]
//	}
package grammar
