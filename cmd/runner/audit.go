package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/storage"
)

type auditOptions struct {
	audit.Options
	output string
	input  string
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
tars, unless the run has embedded them in its rows. Equal data give an equal page.`,
		Example:     "  runner audit out/demo -o audit.html --input testdata/demo\n  runner audit --json gs://bucket/labels",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runAudit(cmd.Context(), c, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "`file` of the page; needed unless --json is given")
	f.StringVar(&o.input, "input", "", "input `tars` for the pictures: a folder, a tar, a glob or @list, as for annotate")
	f.Uint64Var(&o.Seed, "seed", 0, "another `number` draws other samples")
	f.IntVar(&o.PerStratum, "samples", 2, "`rows` shown of each stratum")
	f.IntVar(&o.Workers, "workers", 0, "row `groups` to count side by side; 0 is one a processor")
	return cmd
}

// mostSamples keeps the page under its size.
const mostSamples = 20

func runAudit(ctx context.Context, c *console, dir string, o auditOptions) error {
	store, pictures, err := o.open(ctx, c, dir)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	p := c.progress("audit", "rows")
	o.Observe = p.Set
	report, err := audit.Run(ctx, store, o.Options)
	p.Stop()
	if errors.Is(err, audit.ErrNoData) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	if o.output != "" {
		if err := report.FindPictures(ctx, pictures); err != nil {
			return err
		}
		if err := replaceFile(o.output, report.WritePage); err != nil {
			return err
		}
	}
	return c.result(report, func(w io.Writer) {
		report.WriteText(w)
		fmt.Fprintf(w, "page: %s\n", o.output)
	})
}

// open checks the options and opens what is read; without --input there is no
// source of pictures. Nothing is written yet.
func (o *auditOptions) open(ctx context.Context, c *console, dir string) (storage.Store, *picture.Source, error) {
	switch {
	case o.output == "" && !c.json:
		return nil, nil, errors.New("name the page to write with -o, or ask for --json")
	case o.PerStratum < 1 || o.PerStratum > mostSamples:
		return nil, nil, fmt.Errorf("--samples must be from 1 to %d", mostSamples)
	case o.Workers < 0:
		return nil, nil, errors.New("--workers must not be negative")
	case inside(dir, o.output):
		return nil, nil, fmt.Errorf("the page %s would lie in %s, whose files are audited: choose a place outside", o.output, dir)
	}
	store, err := storage.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	pictures, err := openPictures(ctx, o.input, o.output)
	return store, pictures, err
}

// inside says whether a file would lie in a folder of the disk, symbolic links
// followed.
func inside(dir, file string) bool {
	folder, err1 := filepath.EvalSymlinks(dir)
	folder, err2 := filepath.Abs(folder)
	parent, err3 := filepath.EvalSymlinks(filepath.Dir(file))
	parent, err4 := filepath.Abs(parent)
	if file == "" || errors.Join(err1, err2, err3, err4) != nil {
		return false
	}
	return strings.HasPrefix(parent+string(filepath.Separator), strings.TrimRight(folder, string(filepath.Separator))+string(filepath.Separator))
}

// same says whether two paths are of one file.
func same(a, b string) bool {
	infoA, err1 := os.Stat(a)
	infoB, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(infoA, infoB)
}
