package token

// A Kind says what a token is made of.
type Kind uint8

// The kinds of token.
const (
	Word        Kind = iota // letters and digits
	Clitic                  // 's, 'll, n't, ... cut from a word or standing alone
	Mark                    // a run of one punctuation mark or sign
	Hashtag                 // #word
	Mention                 // @word
	Link                    // a URL or an e-mail address
	Placeholder             // <PERSON> and the like, which corpora put for names
)

// A Token is the byte range [Start, End) of a caption.
type Token struct {
	Start, End int32
	Kind       Kind
	// NewPart is set on the first token after an HTML tag, an emoji or another
	// picture: nothing that belongs together crosses such a border.
	NewPart bool
}

// Append appends the tokens of caption, which must be valid UTF-8 and shorter
// than 2 GiB, to dst.
func Append(dst []Token, caption string) []Token {
	s := scanner{text: caption, out: dst}
	for s.pos < len(caption) {
		s.next()
	}
	return s.out
}

// A scanner walks over a caption and appends its tokens.
type scanner struct {
	text    string
	pos     int
	newPart bool
	out     []Token
}

func (s *scanner) emit(start, end int, kind Kind) {
	s.out = append(s.out, Token{int32(start), int32(end), kind, s.newPart})
	s.newPart = false
	s.pos = end
}

// next reads one token, or passes over one character that belongs to none.
func (s *scanner) next() {
	r, size := decode(s.text, s.pos)
	switch classOf(r) {
	case letter, digit:
		s.word()
	case mark:
		s.mark(r, size)
	case pict:
		s.newPart = true
		s.pos += size
	default:
		s.pos += size
	}
}

// mark reads what starts with a punctuation mark or sign.
func (s *scanner) mark(r rune, size int) {
	switch {
	case r == '<' && size == 1:
		if s.angled() {
			return
		}
	case r == '#' || r == '@':
		if s.sigil(r, size) {
			return
		}
	case isApostrophe(r):
		if s.looseClitic(size) {
			return
		}
	}
	s.run(r, size)
}

// run reads a run of the mark r.
func (s *scanner) run(r rune, size int) {
	end := s.pos + size
	for end < len(s.text) {
		next, n := decode(s.text, end)
		if next != r {
			break
		}
		end += n
	}
	s.emit(s.pos, end, Mark)
}
