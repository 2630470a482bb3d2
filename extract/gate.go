package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/extract/language"
	"github.com/groundmill/groundmill/schema"
)

// Sanitize returns caption with every run of bytes that is no UTF-8 replaced by
// U+FFFD, and whether there was any. What it returns is the caption to store:
// spans refer to it.
func Sanitize(caption string) (clean string, changed bool) {
	if utf8.ValidString(caption) {
		return caption, false
	}
	return strings.ToValidUTF8(caption, string(utf8.RuneError)), true
}

// Gate says whether a caption is fit for extraction, or the reason for which it
// is rejected: it is empty or only white space, longer than
// Options.MaxCodePoints, or, unless Options.AnyLanguage is set, in another script
// than Latin or another language than English (package language). A caption that
// says too little to tell its language passes.
func (e *Extractor) Gate(caption string) (schema.Reason, bool) {
	if strings.TrimSpace(caption) == "" {
		return schema.ReasonEmptyCaption, false
	}
	if len(caption) > e.opts.MaxCodePoints && utf8.RuneCountInString(caption) > e.opts.MaxCodePoints {
		return schema.ReasonCaptionTooLong, false
	}
	switch {
	case e.opts.AnyLanguage:
	case language.OtherScript(caption):
		return schema.ReasonOtherScript, false
	case isOther(language.Vote(caption)):
		return schema.ReasonOtherLanguage, false
	}
	return "", true
}

// isOther reports whether a vote is for another language than English.
func isOther(code string) bool { return code != "" && code != "en" }
