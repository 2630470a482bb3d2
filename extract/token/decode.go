package token

import (
	"html"
	"strings"
	"unicode/utf8"
)

// maxEntity bounds the bytes of an HTML entity, from "&" to ";".
const maxEntity = 12

// decode returns the character at byte i of text and its size there; an HTML
// entity counts as the one character it names.
func decode(text string, i int) (r rune, size int) {
	if c := text[i]; c < utf8.RuneSelf && c != '&' {
		return rune(c), 1
	}
	if text[i] == '&' {
		return decodeEntity(text[i:])
	}
	return utf8.DecodeRuneInString(text[i:])
}

func decodeEntity(text string) (r rune, size int) {
	end := strings.IndexByte(text[:min(len(text), maxEntity)], ';')
	if end < 2 || strings.IndexByte(text[1:end], '&') >= 0 {
		return '&', 1
	}
	raw := text[:end+1]
	plain := html.UnescapeString(raw)
	r, n := utf8.DecodeRuneInString(plain)
	if n != len(plain) || plain == raw {
		return '&', 1
	}
	return r, len(raw)
}
