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
