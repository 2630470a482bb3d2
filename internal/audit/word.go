package audit

import (
	"strings"
	"unicode"

	"github.com/groundmill/groundmill/internal/overlay"
)

// longestText is how much of a text of the data is counted and listed, in code
// points.
const longestText = 160

// countedText is what a phrase is counted as: lower-cased, and cut if it is very
// long, so that texts take no more memory than they are worth.
func countedText(phrase string) string { return overlay.Shorten(strings.ToLower(phrase), longestText) }

// wordCount is the number of words between white space.
func wordCount(text string) int {
	n := 0
	for range strings.FieldsSeq(text) {
		n++
	}
	return n
}

// head returns the head word of a lower-cased phrase: its last word, without
// punctuation around it. A phrase without letters and digits is its own head.
func head(phrase string) string {
	trimmed := strings.TrimRightFunc(phrase, func(r rune) bool { return !isWord(r) })
	if trimmed == "" {
		return phrase
	}
	if i := strings.LastIndexFunc(trimmed, isBreak); i >= 0 {
		trimmed = strings.TrimLeftFunc(trimmed[i:], isBreak)
	}
	return strings.TrimLeftFunc(trimmed, isJoint)
}

// isWord says whether a character makes a word.
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// isBreak says whether a character stands between words.
func isBreak(r rune) bool { return !isWord(r) && !isJoint(r) }

// isJoint says whether a character may stand inside a word.
func isJoint(r rune) bool { return r == '\'' || r == '’' || r == '-' || r == '_' }
