package language

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// Vote returns the language that the function words of text speak for, as a code
// of ISO 639-1: "en", or another that has more votes than English and enough of
// them. It is empty where nothing is settled; such a text may be in English.
func Vote(text string) string {
	var c count
	var buf [maxWord]byte
	for i := 0; i < len(text); {
		n := 0
		n, i = readWord(&buf, text, i)
		if n > 1 && n <= voters.longest {
			c.add(voters.ballots[string(buf[:n])])
		}
	}
	return c.winner()
}

// A count is the votes for each language.
type count [maxLanguages]struct{ whole, half int32 }

func (c *count) add(b ballot) {
	for set := b.languages; set != 0; set &= set - 1 {
		votes := &c[bits.TrailingZeros32(set)%maxLanguages]
		if b.half {
			votes.half++
		} else {
			votes.whole++
		}
	}
}

const (
	// enough is what another language needs, in halves: a name of foreign words
	// ("Musée national du Château de Compiègne") in an English caption has less.
	enough = 4
	// maxHalf is how many half votes of a language count.
	maxHalf = 2
)

func (c *count) winner() string {
	best, most := english, 2*c[english].whole
	for i, votes := range c[english+1:] {
		if points := 2*votes.whole + min(votes.half, maxHalf); points > most && points >= enough {
			best, most = english+1+i, points
		}
	}
	if most == 0 {
		return ""
	}
	return voters.codes[best]
}

// maxWord is the most bytes of a word that are looked at; the lists have none so
// long.
const maxWord = 32

// readWord reads the word of text that starts at byte i, or what stands before
// it, into buf in lower case. It returns the bytes of the word, more than maxWord
// where it is cut and 0 where there is none, and the byte to go on at.
func readWord(buf *[maxWord]byte, text string, i int) (n, next int) {
	for i < len(text) {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text[i:])
		}
		c = fold(c)
		i += size
		switch {
		case c == 0:
			return n, i
		case n+utf8.UTFMax > maxWord:
			n = maxWord + 1
		case c < utf8.RuneSelf:
			buf[n] = byte(c)
			n++
		default:
			n += utf8.EncodeRune(buf[n:], c)
		}
	}
	return n, i
}

// fold returns a character of a word in lower case, with one kind of apostrophe,
// and 0 for what stands in no word.
func fold(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '\'' || r == '-':
		return r
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf:
		return 0
	case r == '’':
		return '\''
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return unicode.ToLower(r)
	}
	return 0
}
