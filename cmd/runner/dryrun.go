package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/pflag"

	"github.com/groundmill/groundmill/pipelines"
)

// dryRunFlag defines the flag of commands that run on the harness.
func dryRunFlag(f *pflag.FlagSet, dryRun *bool) {
	f.BoolVar(dryRun, "dry-run", false, "print the job that would be submitted, as JSON, and touch nothing")
}

// submission prints the result of a dry run: JSON in any case, since a job is a
// document for programs.
func (c *console) submission(sub *pipelines.Submission, err error) error {
	if err != nil {
		return runError(err)
	}
	return c.result(sub, func(w io.Writer) {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(sub) // into memory; result reports what the flush says
	})
}
