package grammar

import (
	"bytes"
	"unicode"

	"github.com/groundmill/groundmill/extract/tagger"
	"github.com/groundmill/groundmill/extract/token"
)

// shorten cuts a chunk to its last maxWords words, not counting marks.
func shorten(words []Word, c Chunk) Chunk {
	n := 0
	for i := c.Last; i > c.First; i-- {
		if !words[i].isMark() {
			n++
		}
		if n == maxWords {
			c.First = i
		}
	}
	for c.First < c.Last && words[c.First].linksPhrase() {
		c.First++
	}
	return c
}

// linksPhrase reports whether w stands inside phrases only.
func (w *Word) linksPhrase() bool {
	return w.isMark() || w.Kind == token.Clitic || w.Tag == tagger.CC || w.Tag == tagger.IN
}

// namesThing reports whether a chunk is a phrase: one word must name something.
func namesThing(words []Word, c Chunk) bool {
	w := &words[c.Last]
	return c.First < c.Last || hasName(w.Form) && !w.Class.has(stray|pronoun) && !isPlace(words, c)
}

// isPlace reports whether a chunk is the noun of a preposition, as "front" is in
// "in front of".
func isPlace(words []Word, c Chunk) bool {
	return c.First == c.Last && words[c.Last].Class.has(place) && at(words, c.First-1).Tag == tagger.IN
}

// hasName reports whether form has the two letters that a name takes at least,
// and is not the name of a file. Outside Latin one letter is enough.
func hasName(form []byte) bool {
	if isFileName(form) {
		return false
	}
	n := 0
	for _, r := range string(form) {
		switch {
		case r > unicode.MaxLatin1 && unicode.IsLetter(r):
			return true
		case unicode.IsLetter(r):
			n++
		}
	}
	return n >= 2
}

// isFileName reports whether form is the name of a file, as of a camera's.
func isFileName(form []byte) bool {
	if bytes.IndexByte(form, '_') >= 0 {
		return true
	}
	dot := bytes.LastIndexByte(form, '.')
	return dot >= 0 && fileTypes[string(bytes.ToLower(form[dot+1:]))]
}

var fileTypes = map[string]bool{
	"jpg": true, "jpeg": true, "png": true, "gif": true, "webp": true, "bmp": true, "tif": true, "tiff": true,
	"svg": true, "pdf": true, "html": true, "htm": true, "mp4": true,
}
