package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/groundmill/groundmill/extract/grammar"
	"github.com/groundmill/groundmill/extract/language"
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/schema"
)

// Phrase is one noun phrase of a caption.
type Phrase struct {
	// Span is where the phrase stands, in bytes of the caption.
	Span schema.ByteSpan
	// Expression is the referring expression that the phrase heads, with
	// Options.Expressions: the phrase and what follows and describes it, as in
	// "a dog in a field of flowers". It starts with Span, or is zero where there is
	// none. Expressions do not overlap.
	Expression schema.ByteSpan
	// ID is equal for phrases of one caption whose normalised texts are equal
	// (NFC, lower case, no leading determiner or possessive pronoun, spaces
	// folded). IDs count from 0 in the order of first mention.
	ID int32
	// Flags are schema's Flag constants that hold for the phrase; read-only.
	Flags []string
}

// Extractor finds noun phrases. It is safe for concurrent use.
type Extractor struct {
	opts    Options
	lists   string
	scratch sync.Pool // of *scratch
}

// New returns an Extractor. It fails on invalid options, and where prose's
// model can't be read.
func New(opts Options) (*Extractor, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	model, err := tagger.Shared()
	if err != nil {
		return nil, err
	}
	e := &Extractor{opts: opts.withDefaults(), lists: hashLists(model.Hash())}
	e.scratch.New = func() any { return newScratch(model) }
	return e, nil
}

// WordListHash identifies the data that phrases and Gate depend on beside caption
// and options: the tagger's model and the word lists. It is hex, for manifests.
func (e *Extractor) WordListHash() string { return e.lists }

func hashLists(model string) string {
	sum := sha256.Sum256([]byte(model + grammar.Hash() + language.Hash() + determinerList))
	return hex.EncodeToString(sum[:])
}

// Extract returns the noun phrases of a caption that went through Sanitize,
// nil where there are none.
func (e *Extractor) Extract(caption string) []Phrase {
	return e.AppendPhrases(nil, caption)
}

// AppendPhrases is Extract that appends to dst. It allocates only where dst is
// too small.
func (e *Extractor) AppendPhrases(dst []Phrase, caption string) []Phrase {
	s := e.scratch.Get().(*scratch)
	defer e.scratch.Put(s)
	s.read(caption, e.opts.Grammar)
	return s.appendPhrases(dst, caption, e.opts)
}
