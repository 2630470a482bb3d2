package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/inspect"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
)

func newAnnotate(c *console) *cobra.Command {
	var path string
	var sets []string
	cmd := &cobra.Command{
		Use:   "annotate --config FILE [--set PATH=VALUE]...",
		Short: "Label captioned images: the main job",
		Long: `annotate reads WebDataset tars of images with captions, finds the noun phrases of
each caption, grounds them with the teacher, filters the boxes and writes

  OUT/data/     Parquet shards of what the rules kept
  OUT/raw/      the same rows with every box above a low floor
  OUT/rejects/  the records that became no row, with the reason
  OUT/units/    the account of each input tar
  OUT/manifest.json and, last of all, OUT/_SUCCESS

Equal input, configuration and model give equal bytes. The output folder must be
empty or missing. Every field of the configuration can be set with --set.`,
		Example: `  runner annotate --config configs/demo.yaml
  runner annotate --config configs/local.yaml --set input.shards='pairs/*.tar' \
    --set teacher.model=glip-t.onnx --set output.dir=labels`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts := annotate.Default()
			if err := loadConfig(path, sets, &opts); err != nil {
				return err
			}
			return runAnnotate(cmd, c, opts)
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "configuration `file`, YAML")
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a field of the configuration, as `path=value`; may be repeated")
	return cmd
}

func runAnnotate(cmd *cobra.Command, c *console, opts annotate.Options) error {
	p := c.progress("annotate", "pairs")
	manifest, err := annotate.Run(cmd.Context(), opts, annotate.RunOptions{
		ToolVersion: version,
		Observe:     func(now pipelines.Progress) { p.Set(now.Records, expected(now)) },
	})
	p.Stop()
	var refused *pipelines.RefusedError
	if errors.As(err, &refused) {
		return &exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	return c.result(summarise(opts.Output.Dir, manifest), func(w io.Writer) { writeSummary(w, opts.Output.Dir, manifest) })
}

// expected guesses how many pairs the whole input holds from how many its first
// bytes held, 0 when they say nothing yet. While units are being worked on it is
// more than there are.
func expected(now pipelines.Progress) int64 {
	switch {
	case now.Units == now.TotalUnits:
		return now.Records
	case now.Bytes == 0:
		return 0
	}
	return max(now.Records+1, int64(float64(now.Records)*float64(now.TotalBytes)/float64(now.Bytes)))
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
