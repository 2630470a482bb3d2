package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/audit"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/verify"
)

// shownProblems is how many problems the text of a report lists.
const shownProblems = 50

func newVerify(c *console) *cobra.Command {
	o := verify.Options{Partial: audit.CheckPartial}
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Check an output folder, bit by bit",
		Long: `verify checks the output folder of a run against its own account: every file's
digest, every row, box and offset, every count, and that every record of the
input is in exactly one place; of an audit in parts, every partial result. It finds
truncated, changed, swapped, missing and foreign files, names the units to redo, and
changes nothing.

A run that is not finished is checked as far as it is there, and counts as
different. --quick looks at names, sizes and footers alone: seconds instead of
minutes, and blind to changes that keep a file's size.`,
		Example:     "  runner verify out/demo\n  runner verify --quick --json gs://bucket/labels",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitDifferent, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return runVerify(cmd, c, args[0], o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.Quick, "quick", false, "look at names, sizes and footers only")
	f.IntVar(&o.Workers, "workers", 0, "`units` to check side by side; 0 is one a processor")
	return cmd
}

func runVerify(cmd *cobra.Command, c *console, dir string, o verify.Options) error {
	if o.Workers < 0 {
		return usage("--workers must not be negative")
	}
	store, err := storage.Open(dir)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	p := c.progress("verify", "files")
	o.Observe = func(now verify.Progress) { p.Set(now.Files, now.TotalFiles) }
	report, err := verify.Run(cmd.Context(), store, o)
	p.Stop()
	if errors.Is(err, verify.ErrNoRun) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	if err := c.result(report, func(w io.Writer) { report.WriteText(w, shownProblems) }); err != nil {
		return err
	}
	if !report.OK() {
		return &exitError{exitDifferent, fmt.Errorf("%s is not what a finished run leaves behind", dir)}
	}
	return nil
}
