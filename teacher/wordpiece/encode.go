package wordpiece

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// encoder is the state of one AppendEncode: the pieces so far and the word
// under way.
type encoder struct {
	*Tokenizer
	pieces []Piece
	word   word
}

// encode reads a text once. at counts code points, i bytes.
func (e *encoder) encode(text string) {
	at := int32(0)
	for i := 0; i < len(text); at++ {
		c := text[i]
		if c >= utf8.RuneSelf {
			_, size := utf8.DecodeRuneInString(text[i:])
			e.addWide(text[i:i+size], at)
			i += size
			continue
		}
		if c == '[' {
			if s, ok := e.specialAt(text[i:]); ok {
				n := int32(len(s.text))
				e.endWord()
				e.pieces = append(e.pieces, Piece{s.id, at, at + n})
				i += len(s.text)
				at += n - 1
				continue
			}
		}
		e.addASCII(c, at)
		i++
	}
	e.endWord()
}

// specialAt finds a special token at the start of text, which must be exactly
// as in the vocabulary: the reference looks for them before normalisation.
func (e *encoder) specialAt(text string) (special, bool) {
	for _, s := range e.specials {
		if strings.HasPrefix(text, s.text) {
			return s, true
		}
	}
	return special{}, false
}

func (e *encoder) addASCII(c byte, at int32) {
	switch asciiClass[c] {
	case letter:
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		e.word.addASCII(c, at)
	case space:
		e.endWord()
	case punctuation:
		e.endWord()
		e.word.addASCII(c, at)
		e.endWord()
	}
}

// addWide takes one code point beyond ASCII, or one invalid byte, in UTF-8. The
// reference cleans, separates ideographs, decomposes, drops marks, lower-cases
// and splits in this order.
func (e *encoder) addWide(char string, at int32) {
	r, _ := utf8.DecodeRuneInString(char)
	switch {
	case isHangul(r):
		e.addHangul(r, at)
		return
	case isIdeograph(r):
		e.endWord()
		e.addDecomposed(char, r, at)
		e.endWord()
		return
	}
	switch classify(r) {
	case dropped:
	case space:
		e.endWord()
	default:
		e.addDecomposed(char, r, at)
	}
}

func (e *encoder) addDecomposed(char string, r rune, at int32) {
	parts := norm.NFD.PropertiesString(char).Decomposition()
	if parts == nil {
		e.addRune(r, at)
		return
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		e.addRune(part, at)
		parts = parts[size:]
	}
}

// addRune takes one code point of the decomposed text.
func (e *encoder) addRune(r rune, at int32) {
	switch classify(r) {
	case mark:
	case punctuation:
		e.endWord()
		e.word.add(r, at)
		e.endWord()
	default:
		e.word.add(unicode.ToLower(r), at)
	}
}

// endWord turns the word under way into pieces: the longest piece that fits,
// again and again, or one [UNK] if something does not fit.
func (e *encoder) endWord() {
	w := &e.word
	if w.n == 0 {
		return
	}
	mark := len(e.pieces)
	if w.n > maxWord || !e.appendPieces() {
		e.pieces = append(e.pieces[:mark], Piece{e.unknown, w.at[0], w.last + 1})
	}
	w.n = 0
}

func (e *encoder) appendPieces() bool {
	w, known := &e.word, e.heads
	for start := 0; start < w.n; {
		end, id := e.match(known, start)
		if end == start {
			return false
		}
		e.pieces = append(e.pieces, Piece{id, w.at[start], w.at[end-1] + 1})
		start, known = end, e.tails
	}
	return true
}

// match returns the longest known piece at start and where it ends, start if
// there is none.
func (e *encoder) match(known map[string]int32, start int) (end int, id int32) {
	w := &e.word
	for end = min(w.n, start+e.longest); end > start; end-- {
		if id, ok := known[string(w.text[w.pos[start]:w.pos[end]])]; ok {
			return end, id
		}
	}
	return start, 0
}
