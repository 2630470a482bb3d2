package token

import "strings"

// word reads a URL, or a word and the clitic at its end.
func (s *scanner) word() {
	if end := linkEnd(s.text[s.pos:]); end > 0 {
		s.emit(s.pos, s.pos+end, Link)
		return
	}
	start := s.pos
	end, apostrophe := s.wordEnd(start)
	end = abbreviationEnd(s.text, start, end)
	if cut := cliticStart(s.text, start, end, apostrophe); cut > start {
		s.emit(start, cut, Word)
		s.emit(cut, end, Clitic)
	} else if cut == start {
		s.emit(start, end, Clitic)
	} else if strings.IndexByte(s.text[start:end], '@') > 0 {
		s.emit(start, end, Link) // an e-mail address
	} else {
		s.emit(start, end, Word)
	}
}

// abbreviationEnd returns end past the full stop of an abbreviation: of
// initials ("U.S.") or of a title before more text ("Dr. Who").
func abbreviationEnd(text string, start, end int) int {
	if end >= len(text) || text[end] != '.' {
		return end
	}
	word := text[start:end]
	if isInitials(word) || end+2 < len(text) && text[end+1] == ' ' && isTitle(word) && startsWord(text[end+2:]) {
		return end + 1
	}
	return end
}

// isInitials reports whether word is letters with full stops between them.
func isInitials(word string) bool {
	if len(word) < 3 || len(word)%2 == 0 {
		return false
	}
	for i := range len(word) {
		if i%2 == 1 && word[i] != '.' || i%2 == 0 && !isASCIILetter(word[i]) {
			return false
		}
	}
	return true
}

func startsWord(text string) bool {
	r, _ := decode(text, 0)
	return classOf(r).isWord()
}

// isTitle reports whether a full stop after word mostly shortens it.
func isTitle(word string) bool {
	for _, t := range []string{"mr", "mrs", "ms", "dr", "st", "jr", "sr", "prof", "gen", "lt", "sgt", "rev", "vs", "vol", "ft", "mt"} {
		if strings.EqualFold(word, t) {
			return true
		}
	}
	return false
}

// wordEnd returns where the word ends that starts at byte start, and the place
// of its last inner apostrophe, or -1.
func (s *scanner) wordEnd(start int) (end, apostrophe int) {
	apostrophe = -1
	var prev rune // last character of the word
	for i := start; i < len(s.text); {
		r, size := decode(s.text, i)
		c := classOf(r)
		switch {
		case c.isWord():
			prev = r
			end = i + size
		case c == format:
			// Goes along if the word goes on.
		case c == mark && end == i && s.joins(prev, r, i+size):
			if isApostrophe(r) {
				apostrophe = i
			}
		default:
			return end, apostrophe
		}
		i += size
	}
	return end, apostrophe
}

// joins reports whether mark r holds the word together between prev and the
// character at byte next.
func (s *scanner) joins(prev, r rune, next int) bool {
	if next >= len(s.text) {
		return false
	}
	after, _ := decode(s.text, next)
	before, c := classOf(prev), classOf(after)
	switch {
	case isHyphen(r), r == '_', r == '@':
		return c.isWord()
	case isApostrophe(r):
		return c == letter
	case r == '&':
		return before == letter && c == letter
	case r == '.':
		return c.isWord() && !startsSentence(prev, after)
	case r == ',', r == ':', r == '/':
		return before == digit && c == digit
	}
	return false
}

// startsSentence reports whether "prev.after" lacks the space between two
// sentences ("the beach.There").
func startsSentence(prev, after rune) bool {
	return prev >= 'a' && prev <= 'z' && after >= 'A' && after <= 'Z'
}

// cliticStart returns where the clitic of the word [start, end) begins, or -1.
func cliticStart(text string, start, end, apostrophe int) int {
	if apostrophe < 0 {
		return -1
	}
	_, size := decode(text, apostrophe)
	tail := text[apostrophe+size : end]
	switch {
	case isClitic(tail):
		return apostrophe
	case strings.EqualFold(tail, "t") && isNegated(text[start:apostrophe]):
		return apostrophe - 1
	}
	return -1
}

// isNegated reports whether stem is what stands before the apostrophe of a
// negation: "n", or "don" and the like.
func isNegated(stem string) bool {
	n := len(stem)
	return n > 0 && stem[n-1]|0x20 == 'n' && (n == 1 || isASCIILetter(stem[n-2]))
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isClitic(tail string) bool {
	if len(tail) > 2 {
		return false
	}
	for _, c := range []string{"s", "m", "d", "ll", "re", "ve"} {
		if strings.EqualFold(tail, c) {
			return true
		}
	}
	return false
}

// looseClitic reads a clitic that stands apart from its word, as in "man 's".
// The apostrophe at the scanner's place has size bytes.
func (s *scanner) looseClitic(size int) bool {
	from := s.pos + size
	if from >= len(s.text) || len(s.out) == 0 || int(s.out[len(s.out)-1].End) == s.pos {
		return false
	}
	if r, _ := decode(s.text, from); classOf(r) != letter {
		return false
	}
	end, _ := s.wordEnd(from)
	if !isClitic(s.text[from:end]) || s.closes(end) {
		return false
	}
	s.emit(s.pos, end, Clitic)
	return true
}

// closes reports whether the character at byte i is an apostrophe, so that the
// word before it stands in quotes: 's'.
func (s *scanner) closes(i int) bool {
	if i >= len(s.text) {
		return false
	}
	r, _ := decode(s.text, i)
	return isApostrophe(r)
}
