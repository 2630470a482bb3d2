package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

// evaluateOptions are the options that all evaluations have.
type evaluateOptions struct {
	gold, results  string
	withoutResults bool // --results may be left out
	bootstrap      bootstrap.Config
}

func newEvaluate(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Compare labels, detections or phrases with gold",
		Long: `evaluate compares what was found with what people, or a program that knows,
marked, by the protocols that papers report, with an interval for every figure.
docs/evaluate.md has the protocols and the formats.`,
		Annotations: exits(exitOK, exitUsage),
		Args:        usageArgs(cobra.NoArgs),
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newEvaluateCOCO(c), newEvaluateFlickr(c), newEvaluateGold(c), newEvaluatePhrases(c), newEvaluateScenes(c))
	return cmd
}

// evaluation makes the command of one evaluation with the flags that all have.
func evaluation(o *evaluateOptions, run func(cmd *cobra.Command) error) *cobra.Command {
	cmd := &cobra.Command{
		Annotations: exits(exitOK, exitFailed, exitUsage, exitInterrupted),
		Args:        usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return &exitError{exitUsage, err}
			}
			return missingIsUsage(run(cmd))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.gold, "gold", "", "the truth: `path`")
	f.StringVar(&o.results, "results", "", "what was found: a file of results, an output folder or a Parquet file, at this `path`")
	f.IntVar(&o.bootstrap.Resamples, "resamples", bootstrap.Default().Resamples, "resamples of the intervals; 0 for no intervals")
	f.Uint64Var(&o.bootstrap.Seed, "seed", bootstrap.Default().Seed, "seed of the resamples")
	return cmd
}

func (o *evaluateOptions) validate() error {
	switch {
	case o.gold == "":
		return errors.New("--gold is missing: name the truth to compare with")
	case o.results == "" && !o.withoutResults:
		return errors.New("--results is missing: name what was found")
	}
	return o.bootstrap.Validate()
}

// missingIsUsage makes a usage error of an input that is not there.
func missingIsUsage(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, rowset.ErrNoRows) {
		return &exitError{exitUsage, err}
	}
	return err
}

// isRows says whether a place holds rows of Groundmill rather than results in
// another format.
func isRows(place string) bool {
	if strings.Contains(place, "://") || strings.HasSuffix(place, ".parquet") {
		return true
	}
	info, err := os.Stat(place)
	return err == nil && info.IsDir()
}

// eachRow visits the rows at a place, of the first kind that an output folder has.
func eachRow(cmd *cobra.Command, c *console, place string, visit func(*schema.Row) error, kinds ...schema.Kind) (note string, err error) {
	source, err := rowset.Open(cmd.Context(), place, kinds...)
	if err != nil {
		return "", &exitError{exitUsage, err}
	}
	p := c.progress("evaluate", "rows")
	defer p.Stop()
	n := int64(0)
	for row, err := range source.Rows(cmd.Context()) {
		if err == nil {
			err = visit(row)
		}
		if err != nil {
			return "", err
		}
		n++
		p.Set(n, 0)
	}
	return source.Note(), nil
}
