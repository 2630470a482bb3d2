package pipelines

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Limits end a run that rejects too much. They are no part of what decides the
// bytes: a run goes on under others.
type Limits struct {
	// MaxRejectRatio is the largest share of the records that may be rejects; 1
	// and 0 are no limit.
	MaxRejectRatio float64
	// MinRecords is how many records must have been seen before a run is stopped
	// early. At its end all records count, however few.
	MinRecords int64
}

// passed reports whether so many rejects of so many records are too many.
func (l Limits) passed(records, rejects int64) bool {
	on := l.MaxRejectRatio > 0 && l.MaxRejectRatio < 1
	return on && float64(rejects) > l.MaxRejectRatio*float64(records)
}

// check returns a *BudgetError if a run must stop early.
func (l Limits) check(sum Progress, rejects *rejectCounts) error {
	if sum.Records < max(l.MinRecords, 1) || !l.passed(sum.Records, sum.Rejects) {
		return nil
	}
	return &BudgetError{Limit: l.MaxRejectRatio, Records: sum.Records, Rejects: sum.Rejects, Reasons: rejects.list()}
}

// checkAll returns a *BudgetError if all units together have too many rejects.
func (l Limits) checkAll(units []schema.UnitSummary, split string) error {
	var total schema.Counts
	var rejects rejectCounts
	for i, u := range units {
		total.Add(u.Counts)
		for reason, n := range u.Rejects {
			rejects.add(reason, n)
			rejects.show(reason, schema.FileName(schema.KindRejects, split, i, len(units)))
		}
	}
	if !l.passed(total.Records, total.RejectTotal()) {
		return nil
	}
	return &BudgetError{Limit: l.MaxRejectRatio, Records: total.Records, Rejects: total.RejectTotal(), Reasons: rejects.list()}
}

// BudgetError says that more records were rejected than Limits allow. Units that
// were done stay; the same request continues, so raise the limit or mend the
// input first.
type BudgetError struct {
	Limit            float64
	Records, Rejects int64
	Reasons          []ReasonCount // the commonest first
}

// ReasonCount is how often a reason was met.
type ReasonCount struct {
	Reason  schema.Reason
	Count   int64
	Example string // a record, or a file that has some; "" if none is known
}

// maxReasons is how many reasons a BudgetError's text names.
const maxReasons = 5

// Error is a line, a line for each of the commonest reasons, and one with the
// remedy.
func (e *BudgetError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "too many rejects: %d of %d records (%.1f%%), limits.max_reject_ratio is %v", e.Rejects, e.Records,
		100*float64(e.Rejects)/float64(e.Records), e.Limit)
	for i, r := range e.Reasons {
		if i == maxReasons {
			break
		}
		fmt.Fprintf(&b, "\n  %s %d", r.Reason, r.Count)
		if r.Example != "" {
			fmt.Fprintf(&b, ", such as %s", r.Example)
		}
	}
	b.WriteString("\nlook at those records, docs/rejects.md explains the reasons; mend the input or raise the limit, then the same command continues")
	return b.String()
}

// rejectCounts counts rejects by reason and keeps an example of each. The zero
// value is ready.
type rejectCounts struct {
	counts   map[schema.Reason]int64
	examples map[schema.Reason]string
}

func (c *rejectCounts) add(reason schema.Reason, n int64) {
	if c.counts == nil {
		c.counts, c.examples = map[schema.Reason]int64{}, map[schema.Reason]string{}
	}
	c.counts[reason] += n
}

// see counts n rejects of a step that shows one of them.
func (c *rejectCounts) see(r schema.Reject, n int64) {
	c.add(r.Reason, n)
	if c.examples[r.Reason] == "" {
		c.show(r.Reason, fmt.Sprintf("%q in %s", r.Key, r.Source.Shard))
	}
}

// show keeps the first example of a reason.
func (c *rejectCounts) show(reason schema.Reason, example string) {
	if c.examples[reason] == "" {
		c.examples[reason] = example
	}
}

// list returns the reasons, the commonest first.
func (c *rejectCounts) list() []ReasonCount {
	var out []ReasonCount
	for reason, n := range c.counts {
		if n > 0 {
			out = append(out, ReasonCount{reason, n, c.examples[reason]})
		}
	}
	slices.SortFunc(out, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(string(a.Reason), string(b.Reason)))
	})
	return out
}
