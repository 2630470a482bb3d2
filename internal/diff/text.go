package diff

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/page"
)

// WriteText prints what matters most, for people.
func (r *Report) WriteText(w io.Writer) {
	r.A.writeText(w, "A")
	r.B.writeText(w, "B")
	n := &r.Counts
	fmt.Fprintf(w, "rows: %d the same, %d changed, %d only in A, %d only in B\n", n.Rows.Same, n.Rows.Changed, n.Rows.OnlyA, n.Rows.OnlyB)
	if n.Rows.OtherSize > 0 {
		fmt.Fprintf(w, "rows of another width or height: %d; their boxes are compared as they are\n", n.Rows.OtherSize)
	}
	p := &n.Phrases
	fmt.Fprintf(w, "phrases: %d grounded in both, %d in neither, %d grounded now, %d ungrounded now\n", p.Grounded, p.Ungrounded, p.GroundedNow, p.UngroundedNow)
	fmt.Fprintf(w, "phrases of one only: %d and %d in rows that both have, %d and %d in rows that one has\n", p.OnlyA, p.OnlyB, p.RowsOnlyA, p.RowsOnlyB)
	b := &n.Boxes
	fmt.Fprintf(w, "boxes: %d the same, %d rescored, %d moved, %d lost, %d added\n", b.Same, b.Rescored, b.Moved, b.Lost, b.Added)
	fmt.Fprintf(w, "boxes of one's phrases only: %d and %d; of one's rows only: %d and %d\n", b.PhrasesOnlyA, b.PhrasesOnlyB, b.RowsOnlyA, b.RowsOnlyB)
	for _, d := range r.Distributions {
		d.writeText(w)
	}
	r.Provenance.writeText(w)
}

func (s *Side) writeText(w io.Writer, name string) {
	state := ""
	if s.Unfinished {
		state = "; its run is not finished"
	}
	fmt.Fprintf(w, "%s is %s: %d rows, %d phrases, %s of them with a box, %d boxes%s\n",
		name, overlay.Visible(s.Location), s.Rows, s.Phrases, page.Share(s.Grounded, s.Phrases), s.Boxes, state)
}

// writeText prints the middle and the ends of a distribution that has any values.
func (d *Distribution) writeText(w io.Writer) {
	if d.N == 0 {
		return
	}
	info := shownAs[d.ID]
	q := func(i int) string { return info.format(d.Quantiles[i].Value) }
	fmt.Fprintf(w, "%s: median %s, 90 %% from %s to %s\n", info.short, q(3), q(1), q(5))
}

func (p *Provenance) writeText(w io.Writer) {
	switch {
	case !p.Known():
		fmt.Fprintln(w, "what made them is not known: not both have a manifest.json")
	case len(p.Differences) == 0:
		fmt.Fprintln(w, "made by equal configuration, model, tool and input")
	}
	for _, d := range p.Differences {
		fmt.Fprintf(w, "%s: %s in A, %s in B\n", page.Text(d.Field), orNothing(d.A), orNothing(d.B))
	}
}

// orNothing is a value of a manifest as it is shown: of a digest the beginning.
func orNothing(value string) string {
	switch {
	case value == "":
		return "nothing"
	case isDigest(value):
		return value[:12] + "…"
	}
	return page.Text(value)
}

// isDigest says whether a value is a SHA-256 in hex.
func isDigest(value string) bool {
	digest, err := hex.DecodeString(value)
	return err == nil && len(digest) == sha256.Size
}
