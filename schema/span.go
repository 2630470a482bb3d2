package schema

import "unicode/utf8"

// Span is a half-open range [Start, End) of Unicode code points of the stored
// caption: what Python slices and what BERT tokenizers call char offsets.
type Span struct {
	Start, End int32
}

// ByteSpan is a half-open range [Start, End) of bytes of a caption. It never
// leaves Go code; files hold Spans.
type ByteSpan struct {
	Start, End int
}

// RuneSpans converts byte spans of text, which must be ordered by Start and
// lie on code point borders, to code point spans.
func RuneSpans(text string, spans []ByteSpan) []Span {
	out := make([]Span, len(spans))
	bytePos, runePos := 0, 0
	for i, s := range spans {
		runePos += utf8.RuneCountInString(text[bytePos:s.Start])
		bytePos = s.Start
		length := utf8.RuneCountInString(text[s.Start:s.End])
		out[i] = Span{int32(runePos), int32(runePos + length)}
	}
	return out
}

// IoU returns the intersection over union of two spans, in [0, 1]; 0 when they
// share no code point.
func (s Span) IoU(o Span) float64 {
	shared := min(s.End, o.End) - max(s.Start, o.Start)
	if shared <= 0 {
		return 0
	}
	return float64(shared) / float64(max(s.End, o.End)-min(s.Start, o.Start))
}

// Slice returns the text that a span covers, and false when the span does not
// lie inside text.
func (s Span) Slice(text string) (string, bool) {
	if s.Start < 0 || s.End < s.Start {
		return "", false
	}
	from, ok := byteOffset(text, int(s.Start))
	if !ok {
		return "", false
	}
	length, ok := byteOffset(text[from:], int(s.End-s.Start))
	if !ok {
		return "", false
	}
	return text[from : from+length], true
}

// byteOffset returns the byte position of the n-th code point of text; n may
// equal the number of code points.
func byteOffset(text string, n int) (int, bool) {
	for i := range text {
		if n == 0 {
			return i, true
		}
		n--
	}
	return len(text), n == 0
}

// before says whether s comes before o in a row: by Start, then by End.
func (s Span) before(o Span) bool {
	return s.Start < o.Start || s.Start == o.Start && s.End < o.End
}

// spanSlicer slices one text by many spans. Spans in order of Start cost one
// walk over the text in all, those of ASCII text nothing.
type spanSlicer struct {
	text       string
	ascii      bool
	rune, byte int // a code point position and its byte offset
}

func newSpanSlicer(text string) spanSlicer {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return spanSlicer{text: text}
		}
	}
	return spanSlicer{text: text, ascii: true}
}

// slice returns what Span.Slice returns for the text.
func (c *spanSlicer) slice(s Span) (string, bool) {
	if s.Start < 0 || s.End < s.Start {
		return "", false
	}
	if c.ascii {
		if int(s.End) > len(c.text) {
			return "", false
		}
		return c.text[s.Start:s.End], true
	}
	if int(s.Start) < c.rune {
		c.rune, c.byte = 0, 0
	}
	skip, ok := byteOffset(c.text[c.byte:], int(s.Start)-c.rune)
	if !ok {
		return "", false
	}
	c.rune, c.byte = int(s.Start), c.byte+skip
	length, ok := byteOffset(c.text[c.byte:], int(s.End-s.Start))
	if !ok {
		return "", false
	}
	return c.text[c.byte : c.byte+length], true
}
