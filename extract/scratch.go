package extract

import (
	"bytes"
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
	grown  []grammar.Chunk // the expression of each chunk
	forms  []byte          // what words' forms point into
	seq    *tagger.Sequence
	ids    mentions
}

func newScratch(model *tagger.Tagger) *scratch {
	return &scratch{seq: model.NewSequence()}
}

// read fills in tokens, words and chunks of a caption.
func (s *scratch) read(caption string, g Grammar) {
	s.tokens = token.Append(s.tokens[:0], caption)
	s.words, s.forms = s.words[:0], s.forms[:0]
	if g == GrammarGLIP {
		s.addLowered(caption)
		s.tag()
		s.chunks = grammar.GLIP(s.chunks[:0], s.words)
		return
	}
	s.addWords(caption)
	s.tag()
	s.chunks = grammar.Caption(s.chunks[:0], s.words)
}

// addLowered makes a word in lower case of every token, as GLIP does.
func (s *scratch) addLowered(caption string) {
	for _, t := range s.tokens {
		from := len(s.forms)
		s.forms = token.AppendForm(s.forms, caption, t)
		s.forms = lower(s.forms, from)
		form := s.forms[from:]
		s.words = append(s.words, grammar.Word{Kind: t.Kind, NewPart: t.NewPart, Form: form, Class: grammar.ClassOf(form)})
	}
}

// addWords makes a word of every token in the case that says most.
func (s *scratch) addWords(caption string) {
	s.addLowered(caption)
	casing := casingOf(caption)
	if casing.shouts {
		return
	}
	casing.readTitle(caption, s.tokens, s.words)
	for i, t := range s.tokens {
		w := &s.words[i]
		nextUpper := i+1 < len(s.tokens) && startsUpper(caption[s.tokens[i+1].Start:])
		if t.Kind == token.Mark {
			continue
		}
		w.Capital = casing.title && !casing.shouts && startsUpper(caption[t.Start:])
		if casing.lowers(w.Class, i == 0 || endsSentence(caption, s.tokens[i-1]), nextUpper) {
			continue
		}
		from := len(s.forms)
		s.forms = token.AppendForm(s.forms, caption, t)
		if !bytes.Equal(s.forms[from:], w.Form) {
			w.Form, w.Capital = s.forms[from:], true
		}
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

// appendPhrases makes a phrase of every chunk, or of those that are not
// abstract.
func (s *scratch) appendPhrases(dst []Phrase, caption string, opts Options) []Phrase {
	s.ids.reset(len(s.chunks))
	s.grown = s.grown[:0]
	if opts.Expressions {
		s.grown = grammar.Expressions(s.grown, s.words, s.chunks)
	}
	for i, c := range s.chunks {
		abstract := grammar.IsAbstract(s.words, c)
		if abstract && opts.DropAbstract {
			continue
		}
		p := Phrase{
			Span:  s.span(caption, c),
			ID:    s.ids.number(caption, s.tokens[c.First:c.Last+1]),
			Flags: flagsOf(abstract, grammar.IsName(s.words, c)),
		}
		if opts.Expressions && s.grown[i] != c {
			p.Expression = s.span(caption, s.grown[i])
		}
		dst = append(dst, p)
	}
	return dst
}

// All phrases share these lists.
var (
	flagsAbstract     = []string{schema.FlagAbstract}
	flagsName         = []string{schema.FlagName}
	flagsAbstractName = []string{schema.FlagAbstract, schema.FlagName}
)

func flagsOf(abstract, name bool) []string {
	switch {
	case abstract && name:
		return flagsAbstractName
	case abstract:
		return flagsAbstract
	case name:
		return flagsName
	}
	return nil
}

// span returns the bytes of a chunk, without the sign of a leading hashtag and
// the full stop of an abbreviation at the end.
func (s *scratch) span(caption string, c grammar.Chunk) schema.ByteSpan {
	first, last := s.tokens[c.First], s.tokens[c.Last]
	span := schema.ByteSpan{Start: int(first.Start) + first.SigilLen(caption), End: int(last.End)}
	if caption[span.End-1] == '.' {
		span.End--
	}
	return span
}
