// Package extract finds the noun phrases of captions and where they stand.
//
// A caption is cut into tokens (package token), the tokens are tagged (package
// tagger) and a grammar (package grammar) joins tagged tokens to phrases and, as an
// option, phrases to referring expressions. Captions that are not in English
// (package language) stay outside:
//
//	ex, err := extract.New(extract.Options{})
//	caption, _ = extract.Sanitize(caption) // what is stored from here on
//	if reason, ok := ex.Gate(caption); !ok { ... }
//	for _, p := range ex.Extract(caption) {
//		text := caption[p.Span.Start:p.Span.End]
//	}
//
// Spans are bytes of the caption that was given; schema.RuneSpans makes code
// points of them where they are stored. Phrases are in rising order of their
// start and do not overlap. A span lies on code point borders, cuts no word,
// and neither starts nor ends with a space or punctuation.
//
// The phrases are a pure function of caption, options and WordListHash: no
// state, no map order, no clock. The model is decoded once per process, however
// many Extractors there are. The time is linear in the length of the caption.
package extract
