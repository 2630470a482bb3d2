package teacherbench

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/groundmill/groundmill/teacher/ort"
)

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%s: optimize %s, precision %s; %s on %s, threads %d, in flight %d\n",
		r.Model.Name, r.Model.Optimize, r.Model.Precision, r.Runtime, r.Device, r.Threads, r.InFlight)
	fmt.Fprintf(w, "%d images, padded to such as %d×%d pixels, with texts of %d tokens\n\n",
		r.Images, r.Shape.Width, r.Shape.Height, r.Shape.Tokens)
	r.printPoints(w)
	r.printParts(w)
	fmt.Fprintf(w, "\none core, before the model: decoding %.1f ms an image, resizing and tokenising %.1f ms\n",
		r.Host.DecodeMillis, r.Host.PrepareMillis)
	if r.PeakBytes > 0 {
		fmt.Fprintf(w, "peak memory of the process: %d MiB\n", r.PeakBytes>>20)
	}
}

func (r *Report) printPoints(w io.Writer) {
	t := newTable(w, "batch", "bare/s", "fed/s", "fed/bare", "busy", "model ms", "post ms", "GFLOP/s", "kB in", "kB out")
	for _, p := range r.Points {
		t.row("%d\t%.2f\t%.2f\t%.3f\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f",
			p.Batch, p.Bare, p.Fed, p.Ratio, p.Busy, p.ModelMillis, p.PostMillis, p.GFLOPS,
			float64(p.BytesIn)/1e3, float64(p.BytesOut)/1e3)
	}
	t.end()
	fmt.Fprintf(w, "\nimages a second in a bare loop over prepared batches, and fed by %d workers; busy: share of\nthe fed time with a run under way; the rest is for each image of the bare loop\n\n", r.Workers)
}

func (r *Report) printParts(w io.Writer) {
	whole := r.Profile.BetweenMillis
	for _, p := range r.Profile.Parts {
		whole += p.Millis
	}
	t := newTable(w, "part", "GMAC", "ms", "share", "GFLOP/s")
	for _, p := range r.Profile.Parts {
		t.row("%s\t%.2f\t%.2f\t%.1f %%\t%.1f", p.Part, p.GMACs, p.Millis, 100*p.Millis/whole, p.GFLOPS)
	}
	t.row("between nodes\t\t%.2f\t%.1f %%\t", r.Profile.BetweenMillis, 100*r.Profile.BetweenMillis/whole)
	t.end()
	fmt.Fprintf(w, "\nfor each image of %d runs of batches of %d, profiled; %.1f %% of the nodes' time by their order\n",
		r.Profile.Runs, r.Profile.Batch, 100*r.Profile.InferredShare)
	if r.Provider != ort.CPU {
		fmt.Fprintf(w, "on %s these are times of launching, not of computing\n", r.Provider)
	}
}

// table aligns columns to the right.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer, columns ...string) table {
	t := table{tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
	for _, c := range columns {
		fmt.Fprint(t.w, c, "\t")
	}
	fmt.Fprintln(t.w)
	return t
}

func (t table) row(format string, args ...any) { fmt.Fprintf(t.w, format+"\t\n", args...) }

func (t table) end() { t.w.Flush() }
