package overlay

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns text in which nothing is hidden: control characters, those that
// turn the direction of text and those without width as their numbers, such as
// ⟨U+202E⟩, bytes that are not UTF-8 as U+FFFD.
func Visible(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden says whether a reader would not see a character. The zero-width joiner
// stays: emoji and Indic scripts are made with it.
func hidden(r rune) bool {
	const joiner = '\u200d'
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) && r != joiner || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}

// Shorten cuts text to at most n code points and, where it does, says how many
// it had.
func Shorten(text string, n int) string {
	short := Clip(text, n)
	if len(short) == len(text) {
		return text
	}
	return fmt.Sprintf("%s (%d characters)", short, utf8.RuneCountInString(text))
}

// Clip cuts text to at most n code points, of which the last is then an
// ellipsis.
func Clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	seen, last := 0, 0
	for i := range text {
		if seen == n {
			return text[:last] + "…"
		}
		seen, last = seen+1, i
	}
	return text
}
