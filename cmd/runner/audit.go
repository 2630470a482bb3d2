package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/storage"
)

type auditOptions struct {
	audit.Options
	output string
	input  string
	parts  partsOptions
}

func newAudit(c *console) *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:   "audit DIR",
		Short: "Say on one HTML page whether the data can be trusted",
		Long: `audit reads the data files of a run, or of any folder of such files, and draws
one HTML page that opens from disk: the accounting, distributions of scores,
sizes, positions and lengths, frequent and rare phrases, what was lost to rules and
rejects, suspicious patterns, and samples of every kind of phrase with their boxes.

The page has no scripts and loads nothing. The pictures are read from the input
tars, unless the run has embedded them in its rows. Equal data give an equal page.

Without --parts everything is counted in this process: a minute for some ten
million rows on a disk. --parts OUT counts each data file for itself and keeps what
it found in OUT/audit, as a run keeps its files: use it when counting takes so
long that it may be stopped, or is done by workers elsewhere. The same command
continues, a folder of another seed, samples or source is refused, and the page is
the same, byte for byte. The configuration has one section, beam, as for annotate.
The first SIGINT or SIGTERM finishes the files in flight, the second stops at once.`,
		Example: `  runner audit out/demo -o audit.html --input testdata/demo
  runner audit --json gs://bucket/labels
  runner audit gs://bucket/labels --parts gs://bucket/parts --config configs/audit.yaml -o audit.html`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitStopped, exitIncomplete, exitStorage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runAudit(cmd.Context(), c, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "`file` of the page; needed unless --json is given")
	f.StringVar(&o.input, "input", "", "input `tars` for the pictures: a folder, a tar, a glob or @list, as for annotate")
	f.Uint64Var(&o.Seed, "seed", 0, "another `number` draws other samples")
	f.IntVar(&o.PerStratum, "samples", 2, "`rows` shown of each stratum")
	f.IntVar(&o.Workers, "workers", 0, "row `groups` to count side by side without --parts; 0 is one a processor")
	o.parts.flags(f)
	return cmd
}

// mostSamples keeps the page under its size.
const mostSamples = 20

func runAudit(ctx context.Context, c *console, dir string, o auditOptions) error {
	if err := o.check(c, dir); err != nil {
		return &exitError{exitUsage, err}
	}
	if o.parts.dryRun {
		return o.parts.submit(ctx, c, o.request(dir))
	}
	store, pictures, err := o.open(ctx, dir)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	report, err := o.count(ctx, c, dir, store)
	if errors.Is(err, audit.ErrNoData) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	if err := writePage(ctx, report, pictures, o.output); err != nil {
		return err
	}
	return c.result(report, func(w io.Writer) {
		report.WriteText(w)
		fmt.Fprintf(w, "page: %s\n", o.output)
	})
}

// count counts in this process, or in parts.
func (o *auditOptions) count(ctx context.Context, c *console, dir string, store storage.Store) (*audit.Report, error) {
	if o.parts.dir != "" {
		return o.parts.report(ctx, c, o.request(dir))
	}
	p := c.progress("audit", "rows")
	defer p.Stop()
	o.Observe = p.Set
	return audit.Run(ctx, store, o.Options)
}

// check checks the options that need no look at anything.
func (o *auditOptions) check(c *console, dir string) error {
	switch {
	case o.output == "" && !c.json && !o.parts.dryRun:
		return errors.New("name the page to write with -o, or ask for --json")
	case o.PerStratum < 1 || o.PerStratum > mostSamples:
		return fmt.Errorf("--samples must be from 1 to %d", mostSamples)
	case o.Workers < 0:
		return errors.New("--workers must not be negative")
	case o.Workers > 0 && o.parts.dir != "":
		return errors.New("--workers is about counting in this process; with --parts, set beam.lanes")
	case inside(dir, o.output):
		return fmt.Errorf("the page %s would lie in %s, whose files are audited: choose a place outside", o.output, dir)
	case o.parts.dir != "" && inside(o.parts.dir, o.output):
		return fmt.Errorf("the page %s would lie in %s, which keeps the partial results alone: choose a place outside", o.output, o.parts.dir)
	}
	return o.parts.check()
}

// open opens what is read; without --input there is no source of pictures. Nothing
// is written yet.
func (o *auditOptions) open(ctx context.Context, dir string) (storage.Store, *picture.Source, error) {
	store, err := storage.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	pictures, err := openPictures(ctx, o.input, o.output)
	return store, pictures, err
}
