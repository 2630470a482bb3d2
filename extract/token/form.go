package token

import (
	"strings"
	"unicode/utf8"
)

// AppendForm appends to dst what token t of caption says, spelt as the tagger
// knows it: quotes, apostrophes and hyphens in ASCII, entities resolved,
// invisible characters left out, and a run of a mark as the mark alone ("..."
// and "--" for two and more dots and hyphens). Case is kept.
func AppendForm(dst []byte, caption string, t Token) []byte {
	text := caption[t.Start:t.End]
	if t.Kind == Mark {
		return appendMark(dst, text)
	}
	if isPlain(text) {
		return append(dst, text...)
	}
	for i := 0; i < len(text); {
		r, size := decode(text, i)
		i += size
		switch {
		case classOf(r) == format:
		case isApostrophe(r):
			dst = append(dst, '\'')
		case isHyphen(r):
			dst = append(dst, '-')
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// isPlain reports whether text is ASCII without entities.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf || text[i] == '&' || text[i] == '`' {
			return false
		}
	}
	return true
}

func appendMark(dst []byte, text string) []byte {
	r, size := decode(text, 0)
	repeated := size < len(text)
	switch {
	case r == '…', r == '.' && repeated:
		return append(dst, "..."...)
	case r == '—', r == '–', r == '―', isHyphen(r) && repeated:
		return append(dst, "--"...)
	case isHyphen(r):
		return append(dst, '-')
	case isApostrophe(r) && r != '`' && !repeated:
		return append(dst, '\'')
	case strings.ContainsRune("“”„«»″", r), isApostrophe(r):
		return append(dst, '"')
	}
	return utf8.AppendRune(dst, r)
}
