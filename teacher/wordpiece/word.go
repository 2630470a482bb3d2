package wordpiece

import "unicode/utf8"

// maxWord is the number of code points of the longest word that is looked up.
const maxWord = 100

// word collects the normalised characters of one word with the code point of
// the text that each comes from. Of characters past maxWord only the count and
// the last origin are kept.
type word struct {
	text [maxWord * utf8.UTFMax]byte
	pos  [maxWord + 1]uint16 // where in text each character starts
	at   [maxWord]int32      // the code point each character comes from
	last int32               // that of the last character
	n    int
}

func (w *word) add(r rune, at int32) {
	if r < utf8.RuneSelf {
		w.addASCII(byte(r), at)
		return
	}
	if w.n < maxWord {
		from := w.pos[w.n]
		w.pos[w.n+1] = from + uint16(utf8.EncodeRune(w.text[from:], r))
		w.at[w.n] = at
	}
	w.n++
	w.last = at
}

func (w *word) addASCII(c byte, at int32) {
	if w.n < maxWord {
		from := w.pos[w.n]
		w.text[from] = c
		w.pos[w.n+1] = from + 1
		w.at[w.n] = at
	}
	w.n++
	w.last = at
}
