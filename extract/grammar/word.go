package grammar

import (
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// A Word is one token as the grammars see it.
type Word struct {
	Tag     tagger.Tag
	Kind    token.Kind
	NewPart bool   // nothing reaches over the border before this word
	Form    []byte // what the tagger read
}

// A Chunk is the noun phrase from word First to word Last, both included.
type Chunk struct {
	First, Last int
}
