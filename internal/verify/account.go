package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// account counts what a unit's files hold.
type account struct {
	*unitCheck
	words   []*schema.UnitSummary // what documents say: the manifest's entry, then the summary
	ledger  ledger
	reasons map[schema.Reason]int64 // nil when the rejects could not be read to their end

	data, raw *table // nil when there is none that can be read
	apart     bool   // their rows are no longer the same records
}

// read reads what the unit's files hold and holds it against each other and
// against the counts.
func (u *unitCheck) read(ctx context.Context, contents map[schema.Kind]*content) {
	a := account{unitCheck: u, words: u.words()}
	a.data = u.openTable(schema.KindData, contents[schema.KindData])
	a.raw = u.openTable(schema.KindRaw, contents[schema.KindRaw])
	if u.opts.Quick {
		return
	}
	defer a.data.close()
	defer a.raw.close()
	if a.raw != nil && len(a.words) > 0 { // else the inputs are another run's files
		a.ledger.expect(a.words[0].Inputs)
	}
	a.readRows(ctx)
	a.readRejects(contents[schema.KindRejects])
	a.readPartial(contents[schema.KindAudit])
	if ctx.Err() == nil {
		a.compareSums()
		a.closeLedger()
	}
}

// words returns what the documents say about the unit.
func (u *unitCheck) words() (words []*schema.UnitSummary) {
	if entry := u.entry(u.unit); entry != nil {
		words = append(words, entry)
	}
	if summary := u.summaries[u.unit]; summary != nil {
		words = append(words, summary)
	}
	return words
}

// readRows reads the data and the raw file side by side.
func (a *account) readRows(ctx context.Context) {
	for n := int64(0); n%256 != 0 || ctx.Err() == nil; n++ {
		data, raw := a.data.advance(), a.raw.advance()
		switch {
		case data != nil:
			a.note(a.data.name, n, data)
		case raw != nil && a.data == nil:
			a.note(a.raw.name, n, raw)
		case raw == nil:
			return
		}
		if data != nil && raw != nil {
			a.compareRows(n, data, raw)
		}
	}
}

// note enters a row in the ledger.
func (a *account) note(name string, n int64, row *schema.Row) {
	known, ordered := a.ledger.add(&a.ledger.rows, row.Source, row.Key)
	if !known {
		a.add(Problem{Kind: KindBadRow, Path: name, Row: new(n), Field: "source.shard", Text: fmt.Sprintf("%q is no input of the unit", row.Source.Shard)})
	}
	if !ordered {
		a.add(Problem{Kind: KindWrongOrder, Path: name, Row: new(n), Field: "source.index", Text: "the row before comes later in the input"})
	}
}

func (a *account) compareRows(n int64, data, raw *schema.Row) {
	if a.apart {
		return
	}
	if field, text := rowDifference(data, raw); field != "" {
		a.apart = field == "key"
		a.add(Problem{Kind: KindRawDiffers, Path: a.data.name, Row: new(n), Field: field, Text: text})
	}
}

// readRejects reads the rejects file, if there is one that can be read.
func (a *account) readRejects(c *content) {
	if c == nil {
		return
	}
	name := a.name(schema.KindRejects, a.unit)
	reasons := map[schema.Reason]int64{}
	line := int64(0)
	for reject, err := range schema.ReadRejects(c.reader()) {
		if err != nil {
			a.addf(KindBadReject, name, "", "%v", err)
			return
		}
		line++
		reasons[reject.Reason]++
		known, ordered := a.ledger.add(&a.ledger.rejects, reject.Source, reject.Key)
		if !known {
			a.addf(KindBadReject, name, "shard", "reject %d: %q is no input of the unit", line, reject.Source.Shard)
		}
		if !ordered {
			a.addf(KindWrongOrder, name, "index", "reject %d comes earlier in the input than the one before", line)
		}
	}
	if !agrees(a.claims[name], line, func(c claim) int64 { return c.Rows }) {
		a.addf(KindWrongRows, name, "rows", "it has %d rejects, %d were counted", line, a.claims[name][0].Rows)
	}
	a.seen.rejects, a.reasons = line, reasons
}

// compareSums holds the sums against the documents, as far as the files they are
// of could be read.
func (a *account) compareSums() {
	a.data.compareStats()
	a.raw.compareStats()
	if a.data.whole() {
		stats := a.data.stats
		a.seen.rows, a.seen.boxes = stats.Rows, stats.Boxes
		a.compareRowCounts(stats.Rows, stats.Phrases, stats.GroundedPhrases, stats.Boxes)
	}
	if a.data.whole() && a.reasons != nil {
		a.compareCount("records", a.seen.rows+a.seen.rejects, func(w *schema.UnitSummary) int64 { return w.Records })
	}
	if a.data.whole() && a.raw.whole() {
		removed := a.raw.stats.Boxes - a.data.stats.Boxes
		a.compareCount("removals", removed, func(w *schema.UnitSummary) int64 { return sum(w.Removals) })
	}
	a.compareReasons()
}

// compareRowCounts compares what rows add up to.
func (a *account) compareRowCounts(rows, phrases, grounded, boxes int64) {
	a.compareCount("rows", rows, func(w *schema.UnitSummary) int64 { return w.Rows })
	a.compareCount("phrases", phrases, func(w *schema.UnitSummary) int64 { return w.Phrases })
	a.compareCount("grounded_phrases", grounded, func(w *schema.UnitSummary) int64 { return w.GroundedPhrases })
	a.compareCount("boxes", boxes, func(w *schema.UnitSummary) int64 { return w.Boxes })
}

// compareReasons compares the rejects of each reason.
func (a *account) compareReasons() {
	if a.reasons == nil {
		return
	}
	all := maps.Clone(a.reasons)
	for _, w := range a.words {
		maps.Copy(all, w.Rejects)
	}
	for _, reason := range slices.Sorted(maps.Keys(all)) {
		a.compareCount("rejects."+string(reason), a.reasons[reason], func(w *schema.UnitSummary) int64 { return w.Rejects[reason] })
	}
}

// compareCount records a count that no document agrees with.
func (a *account) compareCount(field string, got int64, member func(*schema.UnitSummary) int64) {
	if len(a.words) > 0 && !agrees(a.words, got, member) {
		a.addf(KindAccounting, a.name(schema.KindUnits, a.unit), field, "is %d, the files hold %d", member(a.words[0]), got)
	}
}

// closeLedger looks for records that are lost or in two places. The records of a
// retry are some of the input's, and those of a job that writes no raw file some
// of another run's.
func (a *account) closeLedger() {
	if !a.data.whole() || a.reasons == nil {
		return
	}
	complete := a.raw != nil && a.prefix == "" && len(a.words) > 0
	var unit string
	if complete {
		unit = a.words[0].Name
	}
	a.ledger.check(complete, unit, func(kind Kind, text string) {
		a.addf(kind, a.data.name, "", "%s", text)
	})
}

func sum(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
