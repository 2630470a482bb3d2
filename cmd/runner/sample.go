package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/internal/sampling"
	"github.com/groundmill/groundmill/schema"
)

type sampleFlags struct {
	sampling.Options
	output string
	raw    bool
	by     []string
	rules  ruleFlags
}

func newSample(c *console) *cobra.Command {
	o := sampleFlags{Options: sampling.Default()}
	cmd := &cobra.Command{
		Use:   "sample DIR -o SAMPLE.jsonl",
		Short: "Draw boxes for people to judge",
		Long: `sample draws boxes of the data files in DIR at random within strata (score band,
box size, kind of phrase, group of input files) and writes them as JSON lines, to
be judged: by hand, or by way of runner review. How many follows from the half
width of the interval that is wanted, or from --n. Equal data and seed give equal
samples; memory is that of the sample.

With --raw it draws from the raw files: all boxes above the floor that pass the
other rules, so that runner calibrate can find lower thresholds too.`,
		Example: `  runner sample labels -o sample.jsonl --half-width 0.02 --confidence 0.95
  runner sample labels --raw --n 800 --allocation neyman -o sample.jsonl`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return o.run(cmd, c, args[0]) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "`file` to write")
	f.IntVar(&o.N, "n", 0, "`boxes` to draw; 0 computes it from the half width")
	f.Float64Var(&o.HalfWidth, "half-width", o.HalfWidth, "half width of the interval of the share that is right")
	f.Float64Var(&o.Confidence, "confidence", o.Confidence, "`share` of such intervals that hold")
	f.Float64Var(&o.Expected, "expected", o.Expected, "share that is right, as far as known; 0.5 is the worst case")
	f.IntVar(&o.Least, "least", o.Least, "least `boxes` of a stratum")
	f.StringVar((*string)(&o.Allocation), "allocation", string(o.Allocation), "proportional, neyman or equal")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "seed of the draw")
	f.StringSliceVar(&o.by, "by", []string{"score", "size", "kind"}, "what makes strata: score, size, kind, shard")
	f.Float64SliceVar(&o.Bands, "bands", o.Bands, "inner `edges` of the score bands")
	f.IntVar(&o.Groups, "groups", o.Groups, "groups of input files, for --by shard")
	f.BoolVar(&o.raw, "raw", false, "draw from the raw files")
	o.rules.add(f)
	return cmd
}

func (o *sampleFlags) run(cmd *cobra.Command, c *console, dir string) error {
	o.By = nil
	for _, d := range o.by {
		o.By = append(o.By, sampling.Dimension(d))
	}
	if o.output == "" {
		return usage("-o is missing: name the file to write")
	}
	if err := o.Validate(); err != nil {
		return &exitError{exitUsage, err}
	}
	set, rules, err := o.open(cmd.Context(), dir)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	p := c.progress("sample", "boxes")
	o.Progress = func(n int64) { p.Set(n, 0) }
	s, err := sampling.Draw(cmd.Context(), set, rules, o.Options)
	p.Stop()
	if err != nil {
		return sampleError(dir, err)
	}
	if err := replaceFile(o.output, s.File.Write); err != nil {
		return err
	}
	return c.result(s, func(w io.Writer) { writeSample(w, o.output, s) })
}

// sampleError names the folder; rules that keep nothing, or too few draws, are the
// user's to change.
func sampleError(dir string, err error) error {
	err = named(dir, err)
	if errors.Is(err, sampling.ErrNoBoxes) || errors.Is(err, sampling.ErrSize) {
		return &exitError{exitUsage, err}
	}
	return err
}

// open returns the data and the rules that its boxes pass.
func (o *sampleFlags) open(ctx context.Context, dir string) (*rowset.Set, filter.Config, error) {
	if o.raw {
		return openRaw(ctx, dir, o.rules)
	}
	return openBoxes(ctx, dir, o.rules, schema.KindData)
}

func writeSample(w io.Writer, path string, s *sampling.Sample) {
	fmt.Fprintf(w, "%s: %d of %d boxes, in %d strata\n\n", path, s.Drawn, s.Boxes, len(s.Strata))
	fmt.Fprintf(w, "%-44s %12s %8s %10s\n", "stratum", "boxes", "drawn", "weight")
	for _, st := range s.Strata {
		fmt.Fprintf(w, "%-44s %12d %8d %10.2f\n", st.Name, st.Population, st.Drawn, st.Weight)
	}
}
