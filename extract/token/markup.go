package token

import (
	"strings"
	"unicode/utf8"
)

// sigil reads #word or @word. "#1" stays a mark and a number.
func (s *scanner) sigil(r rune, size int) bool {
	from := s.pos + size
	if from >= len(s.text) || s.touchesWord() {
		return false
	}
	if next, _ := decode(s.text, from); !classOf(next).isWord() {
		return false
	}
	end, _ := s.wordEnd(from)
	if strings.Trim(s.text[from:end], "0123456789.,") == "" {
		return false
	}
	kind := Hashtag
	if r == '@' {
		kind = Mention
	}
	s.emit(s.pos, end, kind)
	return true
}

// SigilLen returns the bytes of the sign before the word of a hashtag or
// mention of caption, 0 for other tokens.
func (t Token) SigilLen(caption string) int {
	if t.Kind != Hashtag && t.Kind != Mention {
		return 0
	}
	_, size := decode(caption, int(t.Start))
	return size
}

// touchesWord reports whether the scanner's place follows a word at once.
func (s *scanner) touchesWord() bool {
	return len(s.out) > 0 && int(s.out[len(s.out)-1].End) == s.pos && s.out[len(s.out)-1].Kind != Mark
}

// maxTag bounds the bytes of an HTML tag.
const maxTag = 512

// angled reads <PLACEHOLDER> as a token and passes over an HTML tag.
func (s *scanner) angled() bool {
	rest := s.text[s.pos+1 : min(len(s.text), s.pos+maxTag)]
	end := strings.IndexAny(rest, "<>\n")
	if end < 1 || rest[end] != '>' {
		return false
	}
	body := rest[:end]
	switch {
	case isPlaceholder(body):
		s.emit(s.pos, s.pos+end+2, Placeholder)
	case isTag(body):
		s.newPart = true
		s.pos += end + 2
	default:
		return false
	}
	return true
}

// isPlaceholder reports whether body is capitals and underscores and names no
// HTML element.
func isPlaceholder(body string) bool {
	return strings.Trim(body, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" && !shortElements[body]
}

// shortElements are the elements of HTML that shouting authors write.
var shortElements = map[string]bool{
	"A": true, "B": true, "I": true, "U": true, "P": true, "BR": true, "HR": true, "EM": true,
	"UL": true, "OL": true, "LI": true, "TD": true, "TR": true, "DIV": true, "SPAN": true,
	"IMG": true, "FONT": true, "STRONG": true, "CENTER": true, "TABLE": true,
}

// isTag reports whether body stands between the brackets of a tag or comment.
func isTag(body string) bool {
	body = strings.TrimPrefix(body, "/")
	if body == "" {
		return false
	}
	c := body[0] | 0x20
	return c >= 'a' && c <= 'z' || body[0] == '!'
}

var schemes = []string{"http://", "https://", "www.", "ftp://", "data:image/"}

// linkEnd returns the length of the URL that text starts with, or 0.
func linkEnd(text string) int {
	if !startsLink(text) {
		return 0
	}
	end := strings.IndexFunc(text, func(r rune) bool {
		return classOf(r) == space || r == '<' || r == '>' || r == '"' || r == '“' || r == '”'
	})
	if end < 0 {
		end = len(text)
	}
	return len(strings.TrimRightFunc(text[:end], func(r rune) bool {
		return r != utf8.RuneError && r != '/' && !classOf(r).isWord()
	}))
}

func startsLink(text string) bool {
	if c := text[0] | 0x20; c != 'h' && c != 'w' && c != 'f' && c != 'd' {
		return false
	}
	for _, p := range schemes {
		if len(text) > len(p) && strings.EqualFold(text[:len(p)], p) {
			return true
		}
	}
	return false
}
