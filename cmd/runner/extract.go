package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/extract"
)

type extractOptions struct {
	input, output string
	extract.StreamOptions
}

func newExtract(c *console) *cobra.Command {
	var o extractOptions
	cmd := &cobra.Command{
		Use:   "extract -i CAPTIONS.jsonl -o PHRASES.jsonl",
		Short: "Find the noun phrases of captions",
		Long: `extract reads one caption a line, as a JSON object with a "caption" field (or,
with --plain, as the line itself), and writes one JSON value a line: the caption
and its phrases. Offsets count Unicode code points, as Python slices do. Input of
any size is streamed. A caption that is not in English is written with the reason
and without phrases; --any-language reads it all the same. --expressions adds to a
phrase the referring expression that it heads: "a dog in a field of flowers".`,
		Example:     "  runner extract -i captions.jsonl -o phrases.jsonl\n  echo 'two red apples and a dog' | runner extract --plain",
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return runExtract(cmd, c, o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.input, "input", "i", "-", "`file` of captions, - for standard input")
	f.StringVarP(&o.output, "output", "o", "-", "`file` to write, - for standard output")
	f.BoolVar(&o.Plain, "plain", false, "each line is a caption, not JSON")
	f.BoolVar(&o.Spans, "spans", false, "write only [[start,end],...] for each caption")
	f.StringVar((*string)(&o.Grammar), "grammar", string(extract.DefaultGrammar), "chunk grammar")
	f.IntVar(&o.MaxCodePoints, "max-code-points", extract.DefaultMaxCodePoints, "longest caption that is read")
	f.BoolVar(&o.DropAbstract, "drop-abstract", false, "leave out phrases that name nothing visible")
	f.BoolVar(&o.AnyLanguage, "any-language", false, "read captions in other scripts and languages than English")
	f.BoolVar(&o.Expressions, "expressions", false, "add the referring expressions of phrases")
	return cmd
}

func runExtract(cmd *cobra.Command, c *console, o extractOptions) error {
	if err := o.Validate(); err != nil {
		return &exitError{exitUsage, err}
	}
	in, err := openInput(cmd, o.input)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	defer in.Close()
	write := func(ctx context.Context, w io.Writer) (extract.StreamStats, error) {
		return extract.Stream(ctx, in, w, o.StreamOptions)
	}
	if o.output == "-" {
		_, err := write(cmd.Context(), c.out)
		return named(o.input, err)
	}
	if sameFile(o.input, o.output) {
		return usage("%s is both input and output", o.output)
	}
	var stats extract.StreamStats
	err = replaceFile(o.output, func(w io.Writer) (err error) {
		stats, err = write(cmd.Context(), w)
		return named(o.input, err)
	})
	if err != nil {
		return err
	}
	return c.result(stats, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d captions, %d phrases, %d captions refused\n", o.output, stats.Captions, stats.Phrases, stats.Rejected)
	})
}

func openInput(cmd *cobra.Command, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(path)
}

// named puts the name of the input before an error.
func named(input string, err error) error {
	if err == nil {
		return nil
	}
	if input == "-" {
		input = "standard input"
	}
	return fmt.Errorf("%s: %w", input, err)
}
