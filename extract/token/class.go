package token

import "unicode"

// A class says what part a character can play in a token.
type class uint8

const (
	space  class = iota // borders words and belongs to none
	letter              // also combining marks
	digit
	format // invisible: passed over inside words and between them
	badge  // ® and the like: ends a word, separates nothing
	mark   // punctuation and signs: tokens of their own
	pict   // emoji and other pictures: ends a part of the caption
)

func (c class) isWord() bool { return c == letter || c == digit }

var asciiClass = func() (t [128]class) {
	for b := range t {
		t[b] = slowClass(rune(b))
	}
	return t
}()

func classOf(r rune) class {
	if r < 128 {
		return asciiClass[r]
	}
	return slowClass(r)
}

const (
	zeroWidthSpace = '\u200b'
	byteOrderMark  = '\ufeff'
)

func slowClass(r rune) class {
	switch {
	case unicode.IsLetter(r), unicode.IsMark(r) && !isVariation(r):
		return letter
	case unicode.IsNumber(r):
		return digit
	case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Z, r), r == zeroWidthSpace, r == byteOrderMark:
		return space
	case unicode.Is(unicode.Cf, r), isVariation(r):
		return format
	case r == '®', r == '™', r == '℠':
		return badge
	case unicode.IsPunct(r), unicode.Is(unicode.Sm, r), unicode.Is(unicode.Sc, r), r == '`', r == '^', r == '°', r == '´', r == '©':
		return mark
	default:
		return pict
	}
}

// isVariation reports whether r only chooses between pictures of the character
// before it.
func isVariation(r rune) bool { return r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef }

func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == '‘' || r == 'ʼ' || r == '´' || r == '`'
}

func isHyphen(r rune) bool { return r == '-' || r == '\u2010' || r == '\u2011' }
