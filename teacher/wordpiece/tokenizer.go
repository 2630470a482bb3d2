package wordpiece

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// continuation marks the vocabulary's pieces that go on with a word.
const continuation = "##"

// specialTexts are the tokens that a text can spell out.
var specialTexts = []string{"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"}

// Piece is one token and the part of the text that it stands for.
type Piece struct {
	ID         int32
	Start, End int32 // code points, half-open
}

// special is a token that is found in the text as it is written.
type special struct {
	text string
	id   int32
}

// Tokenizer is a vocabulary ready for use. It is immutable and safe for
// concurrent use.
type Tokenizer struct {
	size     int
	heads    map[string]int32 // pieces that begin a word
	tails    map[string]int32 // pieces that continue one, without the mark
	longest  int              // code points of the longest piece
	specials []special
	unknown  int32
}

// New makes a tokenizer of a vocabulary in which a piece's index is its id. It
// returns an error if a piece is empty or occurs twice, or if [UNK], [CLS],
// [SEP] or [PAD] is missing; [MASK] may be.
func New(vocab []string) (*Tokenizer, error) {
	t := &Tokenizer{
		size:  len(vocab),
		heads: make(map[string]int32, len(vocab)),
		tails: make(map[string]int32, len(vocab)),
	}
	for id, piece := range vocab {
		if err := t.add(piece, int32(id)); err != nil {
			return nil, err
		}
	}
	for _, text := range specialTexts {
		id, ok := t.heads[text]
		if ok {
			t.specials = append(t.specials, special{text, id})
		} else if text != "[MASK]" {
			return nil, fmt.Errorf("vocabulary of %d pieces has no %s", len(vocab), text)
		}
	}
	t.unknown = t.UNK()
	return t, nil
}

func (t *Tokenizer) add(piece string, id int32) error {
	if piece == "" {
		return fmt.Errorf("vocabulary: piece %d is empty", id)
	}
	pieces := t.heads
	text, tail := strings.CutPrefix(piece, continuation)
	if tail = tail && text != ""; tail {
		pieces = t.tails
	} else {
		text = piece
	}
	if first, ok := pieces[text]; ok {
		return fmt.Errorf("vocabulary: piece %d, %q, repeats piece %d", id, piece, first)
	}
	pieces[text] = id
	t.longest = max(t.longest, utf8.RuneCountInString(text))
	return nil
}

// Size returns the number of pieces.
func (t *Tokenizer) Size() int { return t.size }

// UNK returns the id of the piece for unknown words.
func (t *Tokenizer) UNK() int32 { return t.special("[UNK]") }

// CLS returns the id of the token that begins a prompt.
func (t *Tokenizer) CLS() int32 { return t.special("[CLS]") }

// SEP returns the id of the token that ends a prompt.
func (t *Tokenizer) SEP() int32 { return t.special("[SEP]") }

// PAD returns the id of the token that fills a prompt up.
func (t *Tokenizer) PAD() int32 { return t.special("[PAD]") }

// MASK returns the id of the token that hides a word, -1 if the vocabulary has
// none.
func (t *Tokenizer) MASK() int32 { return t.special("[MASK]") }

func (t *Tokenizer) special(text string) int32 {
	for _, s := range t.specials {
		if s.text == text {
			return s.id
		}
	}
	return -1
}

// Encode returns the pieces of a text.
func (t *Tokenizer) Encode(text string) []Piece { return t.AppendEncode(nil, text) }

// AppendEncode appends the pieces of a text to dst. With room in dst it
// allocates nothing.
func (t *Tokenizer) AppendEncode(dst []Piece, text string) []Piece {
	e := encoder{Tokenizer: t, pieces: dst}
	e.encode(text)
	return e.pieces
}
