package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/inspect"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
)

// annotateFlags are what annotate takes beside its configuration.
type annotateFlags struct {
	config string
	sets   []string
	redo   []int
	retry  []string
	dryRun bool
}

func newAnnotate(c *console) *cobra.Command {
	var o annotateFlags
	cmd := &cobra.Command{
		Use:   "annotate --config FILE [--set PATH=VALUE]...",
		Short: "Label captioned images: the main job",
		Long: `annotate reads WebDataset tars of images with captions, finds the noun phrases of
each caption, grounds them with the teacher, filters the boxes and writes

  OUT/run.json  whose folder it is: configuration, model and input, before all else
  OUT/data/     Parquet shards of what the rules kept
  OUT/raw/      the same rows with every box above a low floor
  OUT/rejects/  the records that became no row, with the reason
  OUT/units/    the account of each input tar
  OUT/manifest.json and, last of all, OUT/_SUCCESS

Equal input, configuration and model give equal bytes, however often the run is
stopped: the same command continues it, keeps the units that are whole and does
the rest. A folder of another configuration, model or input is refused. Every
field of the configuration can be set with --set.

beam.runner says what does the work: prism, in this process; flink, portable or
dataflow, by workers elsewhere, see docs/flink.md and docs/dataflow.md. --dry-run
prints what would be submitted.

The first SIGINT or SIGTERM finishes the units in flight, or cancels a job that
goes on elsewhere; the second stops at once. With --retry-rejects a finished run's
rejects of some reasons are done again, into OUT/retries/0001; nothing else in OUT
changes.`,
		Example: `  runner annotate --config configs/demo.yaml
  runner annotate --config configs/local.yaml --set input.shards='pairs/*.tar' \
    --set teacher.model=glip-t.onnx --set output.dir=labels
  runner annotate --config run.yaml --redo 3,17
  runner annotate --config run.yaml --retry-rejects teacher_failed,corrupt_image`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitStopped, exitIncomplete, exitRejects, exitStorage, exitInterrupted),
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return o.run(cmd, c) },
	}
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "", "configuration `file`, YAML")
	f.StringArrayVar(&o.sets, "set", nil, "set a field of the configuration, as `path=value`; may be repeated")
	f.IntSliceVar(&o.redo, "redo", nil, "`numbers` of units to do again, such as verify names them")
	f.StringSliceVar(&o.retry, "retry-rejects", nil, "do a finished run's rejects of these `reasons` again, into a folder of their own")
	dryRunFlag(f, &o.dryRun)
	return cmd
}

func (o *annotateFlags) run(cmd *cobra.Command, c *console) error {
	opts := annotate.Default()
	if err := loadConfig(o.config, o.sets, &opts); err != nil {
		return err
	}
	retry, err := rejectReasons(o.retry)
	if err != nil {
		return err
	}
	run := annotate.RunOptions{ToolVersion: version, Redo: o.redo, Retry: retry}
	if o.dryRun {
		sub, err := annotate.DryRun(cmd.Context(), opts, run)
		return c.submission(sub, err)
	}
	f := c.follow("annotate", "pairs", opts.Beam)
	run.Stop, run.Begin, run.Job, run.Observe = f.stop, f.begin, f.job, f.observe
	manifest, err := annotate.Run(cmd.Context(), opts, run)
	err = f.finish(err)
	if errors.Is(err, pipelines.ErrNothingToRetry) {
		return c.result(summary{Output: opts.Output.Dir}, func(w io.Writer) { fmt.Fprintln(w, err) })
	}
	if err != nil {
		return err
	}
	return c.result(summarise(f.output(), manifest), func(w io.Writer) { writeSummary(w, f.output(), manifest) })
}

// rejectReasons checks the reasons of --retry-rejects.
func rejectReasons(names []string) ([]schema.Reason, error) {
	var known []string
	for _, info := range schema.Reasons() {
		known = append(known, string(info.Reason))
	}
	var reasons []schema.Reason
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, usage("--retry-rejects: %q is no reason; the reasons are %q", name, known)
		}
		reasons = append(reasons, schema.Reason(name))
	}
	return reasons, nil
}

// summary is the machine-readable result of a run; the manifest has the rest.
type summary struct {
	Output       string        `json:"output"`
	Model        schema.Model  `json:"model"`
	ConfigSHA256 string        `json:"config_sha256"`
	Units        int           `json:"units"`
	Files        int           `json:"files"`
	DamagedUnits int           `json:"damaged_units"` // whose tar could not be read to its end
	Totals       schema.Counts `json:"totals"`
	Notes        []string      `json:"notes,omitempty"`
}

func summarise(dir string, m *schema.Manifest) summary {
	return summary{
		Output: dir, Model: m.Model, ConfigSHA256: m.ConfigSHA256,
		Units: len(m.Units), Files: len(m.Files), DamagedUnits: m.DamagedUnits(), Totals: m.Totals, Notes: inspect.Notes(m),
	}
}

func writeSummary(w io.Writer, dir string, m *schema.Manifest) {
	fmt.Fprintf(w, "%s: %d units, %d files, teacher %s on %s (%s)\n", dir, len(m.Units), len(m.Files), m.Model.Name, m.Model.Runtime, m.Model.Device)
	for _, note := range inspect.Notes(m) {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	inspect.WriteCounts(w, m.Totals, m.DamagedUnits())
}
