package score

import (
	"unicode"

	"github.com/groundmill/groundmill/schema"
)

// heads finds the last words of spans of one caption.
type heads []rune

func newHeads(caption string) heads { return heads(caption) }

// of returns where the last word of a span stands, the span itself where it has
// no word. A word starts with a letter, a digit or "_" and may go on with "'",
// "’" or "-".
func (h heads) of(s schema.Span) schema.Span {
	last, inWord := s, false
	for i := s.Start; i < s.End; i++ {
		r := h[i]
		switch {
		case !inWord && startsWord(r):
			last, inWord = schema.Span{Start: i, End: i + 1}, true
		case inWord && (startsWord(r) || r == '\'' || r == '’' || r == '-'):
			last.End = i + 1
		default:
			inWord = false
		}
	}
	return last
}

func startsWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }
