package inspect

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/schema"
)

// WriteText prints the report for people.
func (r *Report) WriteText(w io.Writer) {
	r.writeHead(w)
	fmt.Fprintln(w)
	WriteCounts(w, r.Totals, r.DamagedUnits)
	fmt.Fprintf(w, "\nschema (version %d)\n%s\n", schema.Version, indent(r.Schema))
	r.writeScores(w)
	r.writePhrases(w)
	r.writeRows(w)
}

func (r *Report) writeHead(w io.Writer) {
	state := "complete"
	switch {
	case r.Manifest == nil:
		state = "unfinished: no manifest.json; the counts are of the files that are there"
	case !r.Complete:
		state = "unfinished: no _SUCCESS"
	}
	fmt.Fprintf(w, "%s: %s\n", r.Dir, state)
	if r.Manifest != nil {
		fmt.Fprintf(w, "made by groundmill %s with %s on %s (%s)\n", r.Manifest.ToolVersion, r.Model.Name, r.Model.Runtime, r.Model.Place())
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
}

// WriteCounts prints the accounting of a run, a line a count; that of damaged
// inputs only when there are any.
func WriteCounts(w io.Writer, t schema.Counts, damaged int) {
	line := func(name string, n, of int64, what, detail string) {
		text := fmt.Sprintf("%-10s %9d  %-19s %s", name, n, share(n, of, what), detail)
		fmt.Fprintln(w, strings.TrimRight(text, " "))
	}
	line("records", t.Records, 0, "", "")
	line("rows", t.Rows, t.Records, "of records", "")
	line("rejects", t.RejectTotal(), t.Records, "of records", listCounts(t.Rejects))
	line("phrases", t.Phrases, 0, "", "")
	line("grounded", t.GroundedPhrases, t.Phrases, "of phrases", "")
	line("boxes", t.Boxes, 0, "", "")
	line("removed", total(t.Removals), t.Boxes+total(t.Removals), "of boxes", listCounts(t.Removals))
	if damaged > 0 {
		fmt.Fprintf(w, "damaged tars %7d  (their rest is lost; see the notes)\n", damaged)
	}
}

func (r *Report) writeScores(w io.Writer) {
	fmt.Fprintln(w, "\nscores of the boxes")
	most := max(slices.Max(r.Scores[:]), 1)
	for i, n := range r.Scores {
		bar := strings.Repeat("█", int((n*40+most-1)/most))
		fmt.Fprintf(w, "  %.1f-%.1f %9d  %s\n", float64(i)/10, float64(i+1)/10, n, bar)
	}
}

func (r *Report) writePhrases(w io.Writer) {
	fmt.Fprintf(w, "\ntop phrases of %d different ones\n", r.Phrases.Distinct)
	for _, p := range r.Phrases.Top {
		fmt.Fprintf(w, "  %6d  %s\n", p.Mentions, Printable(p.Text))
	}
	if r.Phrases.Ignored > 0 {
		fmt.Fprintf(w, "  %d mentions of rarer phrases are not counted\n", r.Phrases.Ignored)
	}
}

func (r *Report) writeRows(w io.Writer) {
	fmt.Fprintln(w, "\nsome rows")
	for _, row := range r.Sample {
		fmt.Fprintf(w, "  %s  %dx%d  %s\n", Printable(row.Key), row.Width, row.Height, Printable(overlay.Clip(row.Caption, 100)))
		for _, p := range row.Phrases {
			fmt.Fprintf(w, "    [%d,%d) %-28s best %.2f%s\n", p.Start, p.End, Printable(overlay.Clip(p.Text, 28)), p.BestScore, boxText(p.Boxes))
		}
	}
}

func boxText(boxes []schema.ScoredBox) string {
	var b strings.Builder
	for _, x := range boxes {
		fmt.Fprintf(&b, "  %.2f (%.0f %.0f %.0f %.0f)", x.Score, x.X1, x.Y1, x.X2, x.Y2)
	}
	return b.String()
}

func share(n, of int64, what string) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%5.1f %% %s", 100*float64(n)/float64(of), what)
}

func listCounts[K ~string](counts map[K]int64) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		if counts[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
		}
	}
	return strings.Join(parts, ", ")
}

func total[K comparable](counts map[K]int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// Printable replaces what could move the cursor or turn the line around in a
// terminal: control characters and bidirectional overrides.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '�'
		}
		return r
	}, text)
}
