package extract

import (
	"strings"
	"unicode/utf8"

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
// is rejected: it is empty or only white space, or longer than
// Options.MaxCodePoints.
func (e *Extractor) Gate(caption string) (schema.Reason, bool) {
	if strings.TrimSpace(caption) == "" {
		return schema.ReasonEmptyCaption, false
	}
	if len(caption) > e.opts.MaxCodePoints && utf8.RuneCountInString(caption) > e.opts.MaxCodePoints {
		return schema.ReasonCaptionTooLong, false
	}
	return "", true
}
