package audit

import (
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/page"
)

// WriteText prints what matters most, for people.
func (r *Report) WriteText(w io.Writer) {
	a := &r.Accounting
	fmt.Fprintf(w, "%s: %s; %d records, %d rows, %d rejects\n", overlay.Visible(r.Location), r.State, a.Records, a.Rows, a.Rejects)
	fmt.Fprintf(w, "%d phrases, %s of them with a box; %d boxes\n", r.Counts.Phrases, page.Share(r.Counts.GroundedPhrases, r.Counts.Phrases), r.Counts.Boxes)
	for _, missing := range r.Missing {
		fmt.Fprintf(w, "not known: %s\n", missing)
	}
	for _, problem := range a.Problems {
		fmt.Fprintf(w, "problem: %s\n", overlay.Visible(problem))
	}
	if a.Omitted > 0 {
		fmt.Fprintf(w, "and %d more problems; runner verify lists them\n", a.Omitted)
	}
	if r.Invalid.Found > 0 {
		fmt.Fprintf(w, "rows that break the schema: %d\n", r.Invalid.Found)
	}
	for _, p := range r.Patterns {
		if p.Found > 0 {
			fmt.Fprintf(w, "%s: %d %s (%s) of %d captions\n", p.Title, p.Found, p.What, page.Share(p.Found, p.Of), p.Rows)
		}
	}
}
