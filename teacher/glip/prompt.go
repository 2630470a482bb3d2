package glip

import (
	"slices"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// maxPromptTokens is the longest text of the released models, with [CLS] and
// [SEP] (mb/config/defaults.py, MODEL.LANGUAGE_BACKBONE.MAX_QUERY_LEN).
const maxPromptTokens = 256

// prompt is a caption as the model reads it.
type prompt struct {
	ids       []int64   // [CLS], word pieces, [SEP]
	mask      []int64   // 1 for every id
	columns   [][]int32 // for each phrase its token columns, rising, none when beyond the prompt
	truncated bool
}

// newPrompt tokenises a caption and finds the columns of each phrase. Word
// pieces that do not fit into limit tokens are cut off, and phrases lose what
// lies there; unlike the official demo, a phrase never reads the logit of the
// [SEP] that took the place of its word.
func newPrompt(t *wordpiece.Tokenizer, limit int, caption string, phrases []schema.Span) prompt {
	pieces := t.Encode(caption)
	kept := min(len(pieces), limit-2)
	p := prompt{truncated: kept < len(pieces), columns: make([][]int32, len(phrases))}
	p.ids = append(make([]int64, 0, kept+2), int64(t.CLS()))
	for _, piece := range pieces[:kept] {
		p.ids = append(p.ids, int64(piece.ID))
	}
	p.ids = append(p.ids, int64(t.SEP()))
	p.mask = slices.Repeat([]int64{1}, len(p.ids))
	for i, span := range phrases {
		p.columns[i] = spanColumns(pieces, kept, span)
	}
	return p
}

// spanColumns returns the columns of the tokens from the first to the last code
// point of a span. Where one of these has no token, such as a space, the next
// two code points inwards are tried (mb/engine/predictor_glip.py,
// create_positive_map).
func spanColumns(pieces []wordpiece.Piece, kept int, span schema.Span) []int32 {
	first, last := -1, -1
	for step := int32(0); step < 3 && first < 0; step++ {
		first = pieceAt(pieces, span.Start+step)
	}
	for step := int32(1); step < 4 && last < 0; step++ {
		last = pieceAt(pieces, span.End-step)
	}
	if first < 0 || last < 0 {
		return nil
	}
	var columns []int32
	for i := first; i <= min(last, kept-1); i++ {
		columns = append(columns, int32(i+1)) // column 0 is [CLS]
	}
	return columns
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
