package language

import (
	"unicode"
	"unicode/utf8"
)

// OtherScript reports whether more than a fifth of the letters of text are in
// another script than Latin. Letters that belong to no script of their own, such
// as those of mathematics, count as Latin.
func OtherScript(text string) bool {
	letters, others := 0, 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if lower := c | 0x20; lower >= 'a' && lower <= 'z' {
				letters++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsLetter(r) {
			letters++
			if !unicode.In(r, unicode.Latin, unicode.Common) {
				others++
			}
		}
		i += size
	}
	return 5*others > letters
}
