package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/evaluate/gold"
	"github.com/groundmill/groundmill/schema"
)

type goldOptions struct {
	evaluateOptions
	raw      bool
	minScore float32
	spanIoU  float64
}

func newEvaluateGold(c *console) *cobra.Command {
	o := &goldOptions{}
	cmd := evaluation(&o.evaluateOptions, func(cmd *cobra.Command) error { return runEvaluateGold(cmd, c, o) })
	cmd.Use = "gold --gold GOLD.parquet --results DIR"
	cmd.Short = "Labels against gold boxes in the project's own schema"
	cmd.Long = `gold compares the rows of a run with gold rows: Parquet of the same schema whose
boxes are true. It prints precision and recall of the boxes, how often the best box
of a phrase is right, and how often phrases are called present that are in the
picture and that are not; of all phrases and by flag, size and length.

Rows are joined by key, phrases by span. What the run rejected or did not find
counts as not found. "runner evaluate scenes" writes the gold of the bundled scenes.`
	cmd.Example = "  runner evaluate gold --gold out/demo-gold.parquet --results out/demo"
	f := cmd.Flags()
	f.BoolVar(&o.raw, "raw", false, "judge the raw boxes of the run, not the ones that its rules kept")
	f.Float32Var(&o.minScore, "min-score", 0.5, "boxes and phrases count as claimed above this `score`")
	f.Float64Var(&o.spanIoU, "span-iou", 1, "overlap from which a row's phrase answers a gold phrase; 1 is the same span")
	return cmd
}

func runEvaluateGold(cmd *cobra.Command, c *console, o *goldOptions) error {
	if !(o.minScore >= 0 && o.minScore < 1) {
		return usage("--min-score must be at least 0 and below 1")
	}
	if !(o.spanIoU > 0 && o.spanIoU <= 1) {
		return usage("--span-iou must be above 0 and at most 1")
	}
	kind := schema.KindData
	if o.raw {
		kind = schema.KindRaw
	}
	e := gold.NewEvaluator(gold.Options{MinScore: o.minScore, SpanIoU: o.spanIoU})
	if _, err := eachRow(cmd, c, o.gold, e.AddGold, schema.KindData); err != nil {
		return err
	}
	note, err := eachRow(cmd, c, o.results, e.AddRow, kind)
	if err != nil {
		return err
	}
	report, err := e.Report(cmd.Context(), o.bootstrap)
	if errors.Is(err, gold.ErrNoGold) {
		return &exitError{exitUsage, named(o.gold, err)}
	}
	if err != nil {
		return err
	}
	report.Kind, report.Note = string(kind), note
	return c.result(report, report.WriteText)
}
