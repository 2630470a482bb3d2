package extract

import (
	"unicode"
	"unicode/utf8"

	"github.com/groundmill/groundmill/extract/grammar"
	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
	"github.com/groundmill/groundmill/schema"
)

// scratch is the memory in which one goroutine works on one caption.
type scratch struct {
	tokens []token.Token
	words  []grammar.Word
	chunks []grammar.Chunk
	forms  []byte // what words' forms point into
	seq    *tagger.Sequence
	ids    mentions
}

func newScratch(model *tagger.Tagger) *scratch {
	return &scratch{seq: model.NewSequence()}
}

// read fills in tokens, words and chunks of a caption.
func (s *scratch) read(caption string, g Grammar) {
	s.tokens = token.Append(s.tokens[:0], caption)
	s.addWords(caption)
	s.tag()
	s.chunks = grammar.GLIP(s.chunks[:0], s.words)
}

// addWords makes a word of every token. GLIP lower-cases the caption first.
func (s *scratch) addWords(caption string) {
	s.words, s.forms = s.words[:0], s.forms[:0]
	for _, t := range s.tokens {
		from := len(s.forms)
		s.forms = token.AppendForm(s.forms, caption, t)
		s.forms = lower(s.forms, from)
		s.words = append(s.words, grammar.Word{Kind: t.Kind, NewPart: t.NewPart, Form: s.forms[from:]})
	}
}

// lower turns b[from:] to lower case, which may change its length.
func lower(b []byte, from int) []byte {
	for i := from; i < len(b); i++ {
		switch c := b[i]; {
		case c >= utf8.RuneSelf:
			return lowerRunes(b, i)
		case c >= 'A' && c <= 'Z':
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

func lowerRunes(b []byte, from int) []byte {
	rest := string(b[from:])
	b = b[:from]
	for _, r := range rest {
		b = utf8.AppendRune(b, unicode.ToLower(r))
	}
	return b
}

func (s *scratch) tag() {
	s.seq.Reset()
	for i := range s.words {
		s.seq.Add(s.words[i].Form)
	}
	for i, tag := range s.seq.Tag() {
		s.words[i].Tag = tag
	}
}

// appendPhrases makes a phrase of every chunk.
func (s *scratch) appendPhrases(dst []Phrase, caption string) []Phrase {
	s.ids.reset(len(s.chunks))
	for _, c := range s.chunks {
		dst = append(dst, Phrase{
			Span: s.span(caption, c),
			ID:   s.ids.number(caption, s.tokens[c.First:c.Last+1]),
		})
	}
	return dst
}

// span returns the bytes of a chunk, without the sign of a leading hashtag or
// mention.
func (s *scratch) span(caption string, c grammar.Chunk) schema.ByteSpan {
	first := s.tokens[c.First]
	return schema.ByteSpan{
		Start: int(first.Start) + first.SigilLen(caption),
		End:   int(s.tokens[c.Last].End),
	}
}
