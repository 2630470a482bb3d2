package wordpiece

import (
	_ "embed"
	"strings"
	"sync"
)

// uncasedFile is the vocabulary of bert-base-uncased, a piece a line; see
// uncased.LICENSE.
//
//go:embed uncased.txt
var uncasedFile string

// UncasedVocab returns the 30,522 pieces of bert-base-uncased by id. The slice
// is the caller's.
func UncasedVocab() []string {
	return strings.Split(strings.TrimSuffix(uncasedFile, "\n"), "\n")
}

// Uncased returns the tokenizer of bert-base-uncased, made once per process.
func Uncased() *Tokenizer { return uncased() }

var uncased = sync.OnceValue(func() *Tokenizer {
	t, err := New(UncasedVocab())
	if err != nil {
		panic(err) // not the file that the tests know
	}
	return t
})
