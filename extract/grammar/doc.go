// Package grammar finds noun phrases in a tagged token sequence.
//
// It knows tokens, tags and words, not captions: a Chunk is a range of tokens,
// and package extract turns it into bytes. GLIP is the chunk grammar of the
// GLIP demo.
//
// Every function is a pure function of its arguments and linear in the number
// of words:
//
//	for _, c := range grammar.GLIP(nil, words) {
//		phrase := words[c.First : c.Last+1]
//	}
package grammar
