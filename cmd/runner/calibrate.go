package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/calibrate"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/internal/verdict"
	"github.com/groundmill/groundmill/schema"
)

type calibrateFlags struct {
	calibrate.Options
	gold   string
	unsure string
	output string
	rules  ruleFlags
}

func newCalibrate(c *console) *cobra.Command {
	o := calibrateFlags{Options: calibrate.Default()}
	cmd := &cobra.Command{
		Use:   "calibrate VERDICTS.jsonl | calibrate DIR --gold GOLD",
		Short: "Choose the threshold that judged boxes prove to be good enough",
		Long: `calibrate prints precision and recall against the threshold on the score, with
intervals, and the lowest threshold whose precision is proven: tested from the
strictest downwards, each by its lower bound, until the first that fails. So the
confidence holds for the threshold that was chosen (docs/calibrate.md).

The boxes are judged by people, in a file of runner sample with verdicts, or by
gold boxes: those of the raw files in DIR (of the data files, where there are no
raw ones) against a folder or file of rows that are true, joined by image_sha256,
caption and span. A box is right if its IoU with a gold box is 0.5 or more.

-o writes the rules as a configuration for annotate and refilter, with the evidence
in filter.evidence, which goes into the manifest of what is made with it.`,
		Example: `  runner calibrate verdicts.jsonl --precision 0.9 --confidence 0.95 -o rule.yaml
  runner calibrate labels --gold gold.parquet -o rule.yaml
  runner refilter labels --config rule.yaml -o clean`,
		Annotations: exits(exitOK, exitFailed, exitUsage, exitNoThreshold, exitInterrupted),
		Args:        usageArgs(cobra.ExactArgs(1)),
		RunE:        func(cmd *cobra.Command, args []string) error { return o.run(cmd, c, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.gold, "gold", "", "`folder or file` of rows with gold boxes")
	f.Float64Var(&o.Precision, "precision", o.Precision, "share of right boxes that the threshold must give")
	f.Float64Var(&o.Confidence, "confidence", o.Confidence, "how sure that must be, a `share`; also of the intervals")
	f.Float64Var(&o.Step, "step", o.Step, "between thresholds")
	f.StringVar(&o.unsure, "unsure", string(calibrate.UnsureIsWrong), "what unsure verdicts count for: wrong, or out to leave them out")
	f.StringVarP(&o.output, "output", "o", "", "also write the rules to this `file`")
	o.rules.add(f)
	return cmd
}

func (o *calibrateFlags) run(cmd *cobra.Command, c *console, input string) error {
	if err := o.Validate(); err != nil {
		return &exitError{exitUsage, err}
	}
	judged, err := o.judged(cmd.Context(), input)
	if err != nil {
		return err
	}
	report, err := judged.Report(o.Options)
	if err != nil {
		return err
	}
	rule, ruleErr := report.Rule()
	if ruleErr == nil && o.output != "" {
		if sameFile(input, o.output) {
			return usage("%s is both input and output", o.output)
		}
		if err := replaceFile(o.output, func(w io.Writer) error { _, err := io.Copy(w, bytes.NewReader(rule)); return err }); err != nil {
			return err
		}
	}
	if err := c.result(report, report.WriteText); err != nil {
		return err
	}
	if errors.Is(ruleErr, calibrate.ErrNoThreshold) {
		return &exitError{exitNoThreshold, ruleErr}
	}
	return ruleErr
}

// judged returns the judged boxes, by people or by gold.
func (o *calibrateFlags) judged(ctx context.Context, input string) (*calibrate.Judged, error) {
	if o.gold != "" {
		return o.byGold(ctx, input)
	}
	unsure := calibrate.Unsure(o.unsure)
	if unsure != calibrate.UnsureIsWrong && unsure != calibrate.UnsureIsOut {
		return nil, usage("--unsure %q is neither wrong nor out", o.unsure)
	}
	if o.rules.given() {
		return nil, usage("--config and --set are for --gold: verdicts speak of boxes that have passed the rules of their file")
	}
	file, digest, err := verdict.ReadFile(input)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	judged, err := calibrate.FromVerdicts(file, unsure)
	if err != nil {
		return nil, &exitError{exitUsage, named(input, err)}
	}
	judged.Origin["verdicts_sha256"], judged.Origin["unsure"] = digest, o.unsure
	return judged, nil
}

func (o *calibrateFlags) byGold(ctx context.Context, dir string) (*calibrate.Judged, error) {
	set, rules, err := openBoxes(ctx, dir, o.rules, schema.KindRaw, schema.KindData)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	gold, err := rowset.Open(ctx, o.gold, schema.KindData)
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("--gold: %w", err)}
	}
	judged, err := calibrate.FromGold(ctx, set, gold, rules)
	if errors.Is(err, calibrate.ErrNoMatch) {
		return nil, &exitError{exitUsage, named(dir, err)}
	}
	return judged, err
}
