package glip

import (
	"slices"

	"github.com/groundmill/groundmill/teacher/ort"
)

// selection says which tokens of a batch are scored, and which phrases they make
// up.
type selection struct {
	texts, columns, phrases int       // B, M and K of the graph's inputs
	tokens                  []int64   // [B,M], padded with the token 0
	shares                  []float32 // [B,M,K]: one over the phrase's tokens, 0 where the token is none of them
}

// selectPhrases scores the tokens of the queries' phrases, of texts of the given
// padded length.
func selectPhrases(queries []query, length int) *selection {
	var tokens [][]int32
	most, phrases := 1, 1
	for _, q := range queries {
		union := slices.Concat(q.columns...)
		slices.Sort(union)
		union = slices.Compact(union)
		tokens = append(tokens, union)
		most, phrases = max(most, len(union)), max(phrases, len(q.columns))
	}
	return newSelection(queries, tokens, textBucket(most, length), phraseBucket(phrases))
}

// selectAll scores every token of the queries' padded texts, in order.
func selectAll(queries []query, length int) *selection {
	every := make([]int32, length)
	for i := range every {
		every[i] = int32(i)
	}
	phrases := 1
	for _, q := range queries {
		phrases = max(phrases, len(q.columns))
	}
	return newSelection(queries, slices.Repeat([][]int32{every}, len(queries)), length, phrases)
}

// newSelection scores the given tokens of each query, which are sorted and hold
// those of its phrases.
func newSelection(queries []query, tokens [][]int32, columns, phrases int) *selection {
	s := &selection{
		texts: len(queries), columns: columns, phrases: phrases,
		tokens: make([]int64, len(queries)*columns),
		shares: make([]float32, len(queries)*columns*phrases),
	}
	for i, q := range queries {
		for m, token := range tokens[i] {
			s.tokens[i*columns+m] = int64(token)
		}
		for k, phrase := range q.columns {
			for _, token := range phrase {
				m, _ := slices.BinarySearch(tokens[i], token)
				s.shares[(i*columns+m)*phrases+k] = 1 / float32(len(phrase))
			}
		}
	}
	return s
}

// tensors returns the inputs of the graph that only OptimizeFull has.
func (s *selection) tensors(threshold float32) []ort.Tensor {
	b, m, k := int64(s.texts), int64(s.columns), int64(s.phrases)
	return []ort.Tensor{
		ort.NewTensor(inputColumns, s.tokens, b, m),
		ort.NewTensor(inputPhrases, s.shares, b, m, k),
		ort.NewTensor(inputThreshold, []float32{threshold}, 1),
	}
}
