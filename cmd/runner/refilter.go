package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/pipelines/refilter"
)

// refilterFlags are what refilter takes beside its source.
type refilterFlags struct {
	config string
	sets   []string
	output string
	redo   []int
	dryRun bool
}

func newRefilter(c *console) *cobra.Command {
	var o refilterFlags
	cmd := &cobra.Command{
		Use:   "refilter DIR --config FILE [--set PATH=VALUE]... -o OUT",
		Short: "Apply other rules to a finished run, without the teacher",
		Long: `refilter reads the raw files of a finished run of annotate in DIR and writes the
data files that annotate would have written with other rules, byte for byte:

  OUT/run.json  whose folder it is: rules and source, before all else
  OUT/data/     Parquet shards of what the rules kept, named as in DIR
  OUT/units/    the account of each raw file
  OUT/manifest.json and, last of all, OUT/_SUCCESS

The configuration has the sections filter, output and beam. The raw files have no
boxes below the source's output.raw_floor, so filter.min_score can't be lower, and
no images: a source that embeds them needs --set output.without_images=true.

As annotate does, the same command continues what was stopped, and a folder of
other rules or another source is refused. The first SIGINT or SIGTERM finishes the
units in flight, the second stops at once.`,
		Example: `  runner refilter labels --config configs/refilter.yaml -o strict
  runner refilter gs://bucket/labels --set filter.min_score=0.65 -o gs://bucket/strict`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitStopped, exitIncomplete, exitStorage, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return o.run(cmd, c, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "", "configuration `file`, YAML")
	f.StringArrayVar(&o.sets, "set", nil, "set a field of the configuration, as `path=value`; may be repeated")
	f.StringVarP(&o.output, "output", "o", "", "`folder` of the results, as output.dir")
	f.IntSliceVar(&o.redo, "redo", nil, "`numbers` of units to do again, such as verify names them")
	dryRunFlag(f, &o.dryRun)
	return cmd
}

func (o *refilterFlags) run(cmd *cobra.Command, c *console, source string) error {
	sets := o.sets
	if o.output != "" {
		sets = append(sets, "output.dir="+o.output)
	}
	opts := refilter.Default()
	if err := loadConfig(o.config, sets, &opts); err != nil {
		return err
	}
	run := refilter.RunOptions{ToolVersion: version, Redo: o.redo}
	if o.dryRun {
		sub, err := refilter.DryRun(cmd.Context(), source, opts, run)
		return c.submission(sub, err)
	}
	f := c.follow("refilter", "rows", opts.Beam)
	run.Stop, run.Begin, run.Job, run.Observe = f.stop, f.begin, f.job, f.observe
	manifest, err := refilter.Run(cmd.Context(), source, opts, run)
	if err := f.finish(err); err != nil {
		return err
	}
	return c.result(summarise(f.output(), manifest), func(w io.Writer) { writeSummary(w, f.output(), manifest) })
}
