package evaluate

import "github.com/groundmill/groundmill/schema"

// Answer returns the phrase of a row that answers for a gold span: the one with
// the highest overlap from least on, the first of equals. 1 is the same span. It is
// nil when there is none.
func Answer(row *schema.Row, gold schema.Span, least float64) *schema.Phrase {
	var best *schema.Phrase
	for i := range row.Phrases {
		p := &row.Phrases[i]
		if v := p.Span.IoU(gold); v > 0 && v >= least && (best == nil || v > least) {
			best, least = p, v
		}
	}
	return best
}
