package grammar

import (
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// GLIP appends to dst the chunks of the grammar of the GLIP demo,
//
//	NP: {<DT>?<JJ.*>*<NN.*>+}
//
// leftmost and greedy (microsoft/GLIP, maskrcnn_benchmark/engine/predictor_glip.py,
// find_noun_phrases). The demo then searches the caption for the text of each
// phrase; a chunk says where the phrase stands instead, so "art" is not found
// in "artist" and a phrase that occurs twice stays two phrases. Punctuation is
// never part of a chunk (the demo deletes it from the text of a phrase), nor
// are links, and no chunk reaches over an HTML tag or an emoji.
func GLIP(dst []Chunk, words []Word) []Chunk {
	for i := 0; i < len(words); {
		nouns, end := glipChunk(words, i)
		if end > nouns {
			dst = append(dst, Chunk{i, end - 1})
		}
		i = max(i+1, end)
	}
	return dst
}

// glipChunk returns where the nouns of the chunk that starts at word i begin and
// end. Where there are none, no chunk starts before end.
func glipChunk(words []Word, i int) (nouns, end int) {
	n := i
	if takes(words, i, n) && words[n].Tag == tagger.DT {
		n++
	}
	for takes(words, i, n) && words[n].Tag.IsAdjective() {
		n++
	}
	nouns = n
	for takes(words, i, n) && words[n].Tag.IsNoun() {
		n++
	}
	return nouns, n
}

// takes reports whether word n can go on with a chunk that starts at word first.
func takes(words []Word, first, n int) bool {
	if n >= len(words) || n > first && words[n].NewPart {
		return false
	}
	switch words[n].Kind {
	case token.Mark, token.Link, token.Clitic:
		return false
	}
	return true
}
