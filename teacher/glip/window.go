package glip

import (
	"slices"
	"strings"
	"unicode"

	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// A caption with more word pieces than a prompt holds is read in windows: runs
// of its word pieces, each a prompt of its own on the same image. Which window
// a phrase belongs to follows from the caption, its phrases and the budget:
//
//   - The first window begins with the caption, each further one where its
//     predecessor ends, and the last one ends with the caption.
//   - A window ends at the last end of a sentence within the budget. Where there
//     is none, it ends at the last white space, and in text without white space
//     at the last word piece. Places inside of a phrase do not count.
//   - A phrase belongs to the first window that holds it whole. Phrases that
//     overlap may leave no place to end within the budget: the window is then
//     filled, and the next one begins earlier, with the first phrase that did
//     not fit.
//   - A phrase longer than the budget belongs to no window, and windows may end
//     inside of it.
//
// So every phrase within the budget is in exactly one window. Windows that no
// phrase belongs to are not read: nobody asks about them. A caption never takes
// more prompts than it has phrases.

// run is consecutive word pieces of a caption, half-open.
type run struct{ start, end int }

func (r run) len() int { return r.end - r.start }

func (r run) holds(o run) bool { return r.start <= o.start && o.end <= r.end }

// window is a part of a caption that is read at once.
type window struct {
	run
	phrases []int // indices of the phrases that belong to it
}

// cutter cuts a caption into windows.
type cutter struct {
	phrases []run    // word pieces of each phrase, empty for none
	borders []border // what lies before each word piece
	budget  int      // word pieces of a window, at least 1
}

// newCutter is for a caption that exceeds the budget.
func newCutter(caption string, pieces []wordpiece.Piece, phrases []run, budget int) *cutter {
	c := &cutter{phrases: phrases, borders: borders(caption, pieces), budget: budget}
	for _, p := range phrases {
		if c.fits(p) {
			for i := p.start + 1; i < p.end; i++ {
				c.borders[i] = noBorder
			}
		}
	}
	return c
}

func (c *cutter) fits(p run) bool { return 0 < p.len() && p.len() <= c.budget }

// windows returns the windows of the caption in order, also those that no
// phrase belongs to.
func (c *cutter) windows() []window {
	var waiting []int
	for i, p := range c.phrases {
		if c.fits(p) {
			waiting = append(waiting, i)
		}
	}
	var out []window
	for start := 0; start < len(c.borders); {
		w := window{run: run{start, c.end(start)}}
		start = w.end
		rest := waiting[:0]
		for _, i := range waiting {
			if w.holds(c.phrases[i]) {
				w.phrases = append(w.phrases, i)
			} else {
				rest = append(rest, i)
				start = min(start, c.phrases[i].start)
			}
		}
		waiting = rest
		out = append(out, w)
	}
	return out
}

// end returns where the window ends that begins at start. It holds every phrase
// that begins there and fits.
func (c *cutter) end(start int) int {
	full := start + c.budget
	if full >= len(c.borders) {
		return len(c.borders)
	}
	within := c.borders[start+1 : full+1]
	best := slices.Max(within)
	if best == noBorder {
		return full
	}
	for i := len(within) - 1; ; i-- {
		if within[i] == best {
			return start + 1 + i
		}
	}
}

// border says how well a window can end before a word piece.
type border uint8

const (
	noBorder       border = iota // inside of a phrase or of a code point
	pieceBorder                  // without white space
	spaceBorder                  // at white space
	sentenceBorder               // after the end of a sentence
)

// borders returns what lies before each word piece. A sentence ends with one of
// Unicode's sentence terminals or an ellipsis, any closing quotes and brackets,
// and white space, which the full-width terminals do without. "Dr. Who" ends a
// sentence, too, if no phrase holds it together.
func borders(caption string, pieces []wordpiece.Piece) []border {
	text := []rune(caption)
	out := make([]border, len(pieces))
	var s scanner
	at := 0
	for i, p := range pieces {
		if at == int(p.Start) {
			continue
		}
		s.spaced = false
		for ; at < int(p.Start); at++ {
			s.read(text[at])
		}
		out[i] = s.border(text[at])
	}
	return out
}

// scanner remembers what was read just before.
type scanner struct {
	spaced   bool // white space
	terminal rune // what ended a sentence, 0 if nothing did
}

func (s *scanner) read(r rune) {
	switch {
	case isSpace(r):
		s.spaced = true
	case isInvisible(r), isClosing(r):
	case isTerminal(r):
		s.terminal = r
	default:
		s.terminal = 0
	}
	if !isSpace(r) && !isInvisible(r) {
		s.spaced = false
	}
}

// border returns what lies before next.
func (s *scanner) border(next rune) border {
	switch {
	case s.terminal != 0 && s.spaced:
		return sentenceBorder
	case isFullWidth(s.terminal) && !isClosing(next) && !isTerminal(next):
		return sentenceBorder
	case s.spaced:
		return spaceBorder
	}
	return pieceBorder
}

// isSpace is narrower than unicode.IsSpace: it holds for what separates words.
func isSpace(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Z, r)
}

// isInvisible says that r makes no word.
func isInvisible(r rune) bool {
	return r == unicode.ReplacementChar || unicode.In(r, unicode.C, unicode.M)
}

func isTerminal(r rune) bool { return r == '…' || unicode.Is(unicode.STerm, r) }

func isFullWidth(r rune) bool { return strings.ContainsRune("。｡．！？", r) }

func isClosing(r rune) bool {
	return r == '"' || r == '\'' || unicode.In(r, unicode.Pe, unicode.Pf)
}
