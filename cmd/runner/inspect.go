package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/inspect"
)

type inspectOptions struct {
	rows, top int
	html      string
	input     string
	cards     int
}

func newInspect(c *console) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect DIR",
		Short: "Show what an output folder holds",
		Long: `inspect prints what the output folder of a run holds: its state, counts, the
schema, a histogram of the scores, the most frequent phrases and a few rows.

With --html it also draws rows as a page that opens from disk: captions with
coloured phrases, pictures with the boxes in the same colours. The pictures are
read from the input tars, unless the run has embedded them in its rows.`,
		Example:     "  runner inspect out/demo\n  runner inspect out/demo --html demo.html --input testdata/demo",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runInspect(cmd, c, args[0], o) },
	}
	f := cmd.Flags()
	f.IntVar(&o.rows, "rows", 3, "rows to print")
	f.IntVar(&o.top, "top", 10, "phrases to list")
	f.StringVar(&o.html, "html", "", "also write a page of overlays to this `file`")
	f.StringVar(&o.input, "input", ".", "input `tars` for the pictures: a folder, a tar, a glob or @list, as for annotate")
	f.IntVar(&o.cards, "cards", 48, "rows on that page, spread evenly over the data")
	return cmd
}

func runInspect(cmd *cobra.Command, c *console, dir string, o inspectOptions) error {
	if o.rows < 0 || o.top < 0 || o.cards < 0 {
		return usage("--rows, --top and --cards must not be negative")
	}
	sample := o.rows
	if o.html != "" {
		sample = max(o.rows, o.cards)
	}
	p := c.progress("inspect", "rows")
	report, err := inspect.Collect(cmd.Context(), dir, inspect.Options{Rows: sample, TopPhrases: o.top, Progress: p.Set})
	p.Stop()
	if errors.Is(err, inspect.ErrNoData) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	if o.html != "" {
		if err := replaceFile(o.html, func(w io.Writer) error { return report.WritePage(cmd.Context(), w, o.input) }); err != nil {
			return err
		}
	}
	report.Sample = report.Sample[:min(o.rows, len(report.Sample))]
	return c.result(report, report.WriteText)
}
