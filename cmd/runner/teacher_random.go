package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/teacher/glip"
)

// architectures are what --random takes.
var architectures = map[string]func() glip.Architecture{
	"glip-t":   glip.GLIPT,
	"glip-t-a": glip.GLIPTA,
	"glip-l":   glip.GLIPL,
}

func architectureNames() []string { return slices.Sorted(maps.Keys(architectures)) }

func runTeacherRandom(cmd *cobra.Command, c *console, name string, args []string, o glip.ImportOptions, vocab string) error {
	architecture, ok := architectures[name]
	switch {
	case !ok:
		return usage("--random %q: want one of %q", name, architectureNames())
	case len(args) > 0:
		return usage("--random and the checkpoint %s: give one of them", args[0])
	case vocab != "" || o.Debug:
		return usage("--random takes neither --vocab nor --debug")
	}
	if err := checkImport(o); err != nil {
		return err
	}
	written, err := glip.Random(cmd.Context(), glip.RandomOptions{
		Architecture: architecture(), Output: o.Output, Name: o.Name, MinSize: o.MinSize, MaxSize: o.MaxSize,
		Optimize: o.Optimize, Precision: o.Precision,
	})
	if err != nil {
		return err
	}
	return c.result(written, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s with random weights, which label nothing\n  sha256 %s\n", o.Output, name, written.SHA256)
	})
}
