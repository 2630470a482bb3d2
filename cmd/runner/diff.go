package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/diff"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

type diffOptions struct {
	diff.Options
	raw    bool
	output string
	input  string
}

func newDiff(c *console) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "What changed between two datasets: boxes added, lost, moved, rescored",
		Long: `diff compares two datasets, each the output folder of a run, a folder of its files
or one Parquet file, on a disk or in a bucket. Rows are joined by image and caption,
phrases by span, boxes by overlap: what one of them has alone, what moved, what has
another score, by how much, in which phrases, and what made the two. Every row,
phrase and box is in one class.

With -o it draws an HTML page with samples of every kind of change, A beside B. The
page has no scripts and loads nothing. Pictures are read from the input tars, unless
they are embedded in the rows. Equal data give an equal page.

What does not fit into memory goes to temporary files in TMPDIR, which end with the
process. docs/diff.md has the details.`,
		Example: `  runner diff labels strict -o diff.html --input pairs
  runner diff --raw --json gs://bucket/old gs://bucket/new`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(2)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runDiff(cmd.Context(), c, args[0], args[1], o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "`file` of the page; none without it")
	f.StringVar(&o.input, "input", "", "input `tars` for the pictures: a folder, a tar, a glob or @list, as for annotate")
	f.BoolVar(&o.raw, "raw", false, "compare the raw files of runs, not their data files")
	f.Float64Var(&o.IoU, "iou", 0.5, "`overlap` from which boxes of a phrase are matched, above 0, at most 1")
	f.IntVar(&o.Samples, "samples", 4, "`rows` shown of each kind of change")
	f.Uint64Var(&o.Seed, "seed", 0, "another `number` draws other samples")
	f.IntVar(&o.Workers, "workers", 0, "row `groups` to read side by side; 0 is one a processor")
	return cmd
}

func runDiff(ctx context.Context, c *console, placeA, placeB string, o diffOptions) error {
	if err := o.validate(placeA, placeB); err != nil {
		return &exitError{exitUsage, err}
	}
	a, b, pictures, err := o.open(ctx, placeA, placeB)
	if err != nil {
		return err
	}
	p := c.progress("diff", "rows")
	o.Observe = p.Set
	report, err := diff.Run(ctx, a, b, o.Options)
	p.Stop()
	if err != nil {
		return err
	}
	if err := writePage(ctx, report, pictures, o.output); err != nil {
		return err
	}
	return c.result(report, func(w io.Writer) {
		report.WriteText(w)
		if o.output != "" {
			fmt.Fprintf(w, "page: %s\n", o.output)
		}
	})
}

// validate checks the options before anything is opened.
func (o *diffOptions) validate(places ...string) error {
	for _, place := range places {
		switch {
		case sameFile(place, o.output):
			return fmt.Errorf("the page %s is what is compared: choose another name", o.output)
		case inside(place, o.output):
			return fmt.Errorf("the page %s would lie in %s, which is compared: choose a place outside", o.output, place)
		}
	}
	switch {
	case !(o.IoU > 0 && o.IoU <= 1):
		return errors.New("--iou must be above 0 and at most 1")
	case o.Samples < 1 || o.Samples > mostSamples:
		return fmt.Errorf("--samples must be from 1 to %d", mostSamples)
	case o.Workers < 0:
		return errors.New("--workers must not be negative")
	case o.input != "" && o.output == "":
		return errors.New("--input is for the pictures of a page: name the page with -o")
	}
	return nil
}

// open opens what is read. What is not there, or has no rows, is a usage error.
func (o *diffOptions) open(ctx context.Context, placeA, placeB string) (a, b *rowset.Set, pictures *picture.Source, err error) {
	kind := schema.KindData
	if o.raw {
		kind = schema.KindRaw
	}
	if a, err = rowset.Open(ctx, placeA, kind); err != nil {
		return nil, nil, nil, missingIsUsage(err)
	}
	if b, err = rowset.Open(ctx, placeB, kind); err != nil {
		return nil, nil, nil, missingIsUsage(err)
	}
	if pictures, err = openPictures(ctx, o.input, o.output); err != nil {
		return nil, nil, nil, &exitError{exitUsage, err}
	}
	return a, b, pictures, nil
}
