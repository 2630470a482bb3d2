package glip

import (
	"slices"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// maxPromptTokens is the longest text of the released models, with [CLS] and
// [SEP] (mb/config/defaults.py, MODEL.LANGUAGE_BACKBONE.MAX_QUERY_LEN).
const maxPromptTokens = 256

// maxTokens is the longest text that the model reads, with [CLS] and [SEP].
func (b BERT) maxTokens() int { return min(maxPromptTokens, b.Positions) }

// prompt is a caption, or a window of a long one, as the model reads it.
type prompt struct {
	ids     []int64   // [CLS], word pieces, [SEP]
	mask    []int64   // 1 for every id
	columns [][]int32 // for each phrase of the caption its token columns, rising; none when it is not in here
}

// newPrompts tokenises a caption and finds the columns of each phrase. A caption
// that fits into limit tokens makes one prompt, a longer one a prompt for each
// window that a phrase belongs to. truncated says that a phrase fits into none;
// unlike in the official demo, it reads neither some of its words nor the logit
// of the [SEP] that took the place of one.
func newPrompts(t *wordpiece.Tokenizer, limit int, caption string, phrases []schema.Span) (prompts []prompt, truncated bool) {
	pieces := t.Encode(caption)
	runs := make([]run, len(phrases))
	for i, span := range phrases {
		runs[i] = spanPieces(pieces, span)
	}
	budget := limit - 2 // [CLS] and [SEP]
	if len(pieces) <= budget {
		return []prompt{newPrompt(t, pieces, 0, runs)}, false
	}
	for _, w := range newCutter(caption, pieces, runs, budget).windows() {
		if len(w.phrases) == 0 {
			continue
		}
		own := make([]run, len(runs))
		for _, i := range w.phrases {
			own[i] = runs[i]
		}
		prompts = append(prompts, newPrompt(t, pieces[w.start:w.end], w.start, own))
	}
	return prompts, slices.ContainsFunc(runs, func(r run) bool { return r.len() > budget })
}

// newPrompt makes a prompt of word pieces, the first of which has number first
// in the caption that the phrases count in.
func newPrompt(t *wordpiece.Tokenizer, pieces []wordpiece.Piece, first int, phrases []run) prompt {
	p := prompt{columns: make([][]int32, len(phrases))}
	p.ids = append(make([]int64, 0, len(pieces)+2), int64(t.CLS()))
	for _, piece := range pieces {
		p.ids = append(p.ids, int64(piece.ID))
	}
	p.ids = append(p.ids, int64(t.SEP()))
	p.mask = slices.Repeat([]int64{1}, len(p.ids))
	for i, r := range phrases {
		for n := r.start; n < r.end; n++ {
			p.columns[i] = append(p.columns[i], int32(n-first+1)) // column 0 is [CLS]
		}
	}
	return p
}

// spanPieces returns the word pieces from the first to the last code point of a
// span. Where one of these has no token, such as a space, the next two code
// points inwards are tried (mb/engine/predictor_glip.py, create_positive_map).
// Without tokens the run is empty.
func spanPieces(pieces []wordpiece.Piece, span schema.Span) run {
	first, last := -1, -1
	for step := int32(0); step < 3 && first < 0; step++ {
		first = pieceAt(pieces, span.Start+step)
	}
	for step := int32(1); step < 4 && last < 0; step++ {
		last = pieceAt(pieces, span.End-step)
	}
	if first < 0 || last < first {
		return run{}
	}
	return run{first, last + 1}
}

// pieceAt returns the index of the first piece that covers a code point, -1
// without one.
func pieceAt(pieces []wordpiece.Piece, at int32) int {
	for i, p := range pieces {
		if p.Start <= at && at < p.End {
			return i
		}
	}
	return -1
}

// valid says whether every column is one of the prompt's.
func (p prompt) valid() bool {
	for _, columns := range p.columns {
		for _, c := range columns {
			if c < 0 || int(c) >= len(p.ids) {
				return false
			}
		}
	}
	return true
}
