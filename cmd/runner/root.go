package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/config"
	"github.com/groundmill/groundmill/internal/progress"
)

// version is the tool's version, recorded in everything it writes.
const version = "0.1.0"

// console is where a command talks: results on out, all else on err.
type console struct {
	out, err io.Writer
	json     bool // results as one JSON document
	quiet    bool // no progress

	interrupts *interrupts // where a command offers to stop by itself
}

// run executes one command line and returns the process's exit status.
func run(ctx context.Context, breaks *interrupts, args []string, stdout, stderr io.Writer) int {
	root := newRoot(&console{out: stdout, err: stderr, interrupts: breaks})
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		report(stderr, err)
	}
	return status(ctx, err)
}

// report prints an error for people: one line, or a line for each problem.
func report(w io.Writer, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(w, "runner:", line)
	}
}

const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{.UsageString}}{{with index .Annotations "exit"}}
Exit status:
{{.}}{{end}}`

func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "runner",
		Short: "Turn captioned images into grounding data",
		Long: `runner turns captioned images into grounding data: it finds the noun phrases
of each caption, asks a GLIP teacher where they are in the image, filters by
confidence and writes Parquet shards.

Results go to standard output, progress and errors to standard error.`,
		Version:       version,
		Annotations:   exits(exitOK, exitUsage),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          usageArgs(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print the result as JSON")
	root.PersistentFlags().BoolVar(&c.quiet, "quiet", false, "show no progress")
	root.SetHelpTemplate(helpTemplate)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w; see '%s --help'", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newAnnotate(c), newAudit(c), newCalibrate(c), newDiff(c), newEvaluate(c), newExtract(c), newInspect(c), newPlan(c), newRefilter(c), newReview(c), newSample(c), newTeacher(c), newVerify(c))
	return root
}

// usageArgs turns a complaint about positional arguments into a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage("%w; see '%s --help'", err, cmd.CommandPath())
		}
		return nil
	}
}

// progress starts a report on standard error unless the user wants quiet.
func (c *console) progress(what, items string) *progress.Progress {
	if c.quiet {
		return progress.Silent()
	}
	return progress.Start(c.err, what, items)
}

// result prints v as JSON, or lets text print it for people. A result that
// cannot be printed is an error.
func (c *console) result(v any, text func(io.Writer)) error {
	w := bufio.NewWriter(c.out)
	if !c.json {
		text(w)
		return w.Flush()
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return errors.Join(enc.Encode(v), w.Flush())
}

// loadConfig reads a configuration into dst. Whatever is wrong with it, a file
// that is not there included, is a usage error.
func loadConfig(path string, sets []string, dst any) error {
	if err := config.Load(path, sets, dst); err != nil {
		return &exitError{exitUsage, err}
	}
	return nil
}
