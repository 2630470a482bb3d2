package verify

import (
	"io"

	"github.com/groundmill/groundmill/schema"
)

// readPartial reads the partial result of an audit, if there is one that can be
// read, and holds what it counts against the documents.
func (a *account) readPartial(c *content) {
	if c == nil || a.opts.Partial == nil {
		return
	}
	name := a.name(schema.KindAudit, a.unit)
	data, err := io.ReadAll(c.reader())
	var counts schema.Counts
	if err == nil {
		counts, err = a.opts.Partial(data)
	}
	if err != nil {
		a.addf(KindBadPartial, name, "", "%v", err)
		return
	}
	a.seen.rows, a.seen.boxes, a.seen.rejects = counts.Rows, counts.Boxes, counts.RejectTotal()
	a.reasons = counts.Rejects
	a.compareCount("records", counts.Records, func(w *schema.UnitSummary) int64 { return w.Records })
	a.compareRowCounts(counts.Rows, counts.Phrases, counts.GroundedPhrases, counts.Boxes)
}
