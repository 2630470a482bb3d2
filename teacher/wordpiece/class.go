package wordpiece

import "unicode"

// class is what the reference does with a character.
type class uint8

const (
	letter      class = iota // part of a word, whatever it is
	dropped                  // removed when the text is cleaned
	space                    // ends a word
	punctuation              // is a word by itself
	mark                     // an accent, removed after decomposition
)

// asciiClass classifies ASCII. All symbols count as punctuation there.
var asciiClass = func() (classes [128]class) {
	for c := range classes {
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			classes[c] = space
		case c < ' ' || c == 0x7f:
			classes[c] = dropped
		case '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z':
			classes[c] = letter
		default:
			classes[c] = punctuation
		}
	}
	return classes
}()

// classify returns the class of r by the reference's tables of Unicode 8.
func classify(r rune) class {
	switch {
	case r < 128:
		return asciiClass[r]
	case r == canadianChi, r == sharadaSandhi:
		return punctuation
	case r == hanunooPamudpod:
		return mark
	case unicode.IsLetter(r), unicode.Is(newer, r):
		return letter
	case r == unicode.ReplacementChar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
		return dropped
	case unicode.Is(unicode.White_Space, r):
		return space
	case unicode.Is(unicode.Mn, r):
		return mark
	case unicode.IsPunct(r):
		return punctuation
	}
	return letter
}

// isIdeograph says that r is a word by itself. These are the ranges of BERT's
// reference code as the Rust tokenizers have them, where the sixth starts at
// 2B920 instead of 2B820.
func isIdeograph(r rune) bool {
	switch {
	case r < 0x3400:
		return false
	case r <= 0x9FFF:
		return r <= 0x4DBF || r >= 0x4E00
	case r <= 0xFAFF:
		return r >= 0xF900
	case r <= 0x2A6DF, 0x2F800 <= r && r <= 0x2FA1F:
		return r >= 0x20000
	}
	return 0x2A700 <= r && r <= 0x2B81F || 0x2B920 <= r && r <= 0x2CEAF
}
