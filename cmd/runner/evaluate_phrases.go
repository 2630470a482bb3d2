package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/internal/evaluate/phrases"
	"github.com/groundmill/groundmill/schema"
)

type phrasesOptions struct {
	evaluateOptions
	boxes string
	extract.Options
}

func newEvaluatePhrases(c *console) *cobra.Command {
	o := &phrasesOptions{evaluateOptions: evaluateOptions{withoutResults: true}}
	cmd := evaluation(&o.evaluateOptions, func(cmd *cobra.Command) error { return runEvaluatePhrases(cmd, c, o) })
	cmd.Use = "phrases --gold GOLD.jsonl [--results RESULTS]"
	cmd.Short = "Noun phrases against phrases that people marked"
	cmd.Long = `phrases prints precision, recall and F1 of noun phrases: for the same span, for the
same last word, and for spans that overlap by half or more.

--gold is JSON Lines with caption and phrases of start, end and text, in code points,
and perhaps image_id and id, by which --boxes tells what has a box in the image.
--results is what "runner extract" writes with or without --spans, a line a caption
in the same order, or the output folder of a run over these captions. Without it the
extractor itself is evaluated.`
	cmd.Example = "  runner evaluate phrases --gold val.jsonl --boxes val_boxes.jsonl"
	f := cmd.Flags()
	f.StringVar(&o.boxes, "boxes", "", "`file` of boxes: adds the recall of phrases with a box")
	f.StringVar((*string)(&o.Grammar), "grammar", string(extract.DefaultGrammar), "chunk grammar, without --results")
	f.BoolVar(&o.AnyLanguage, "any-language", false, "read captions in other languages than English, without --results")
	return cmd
}

func runEvaluatePhrases(cmd *cobra.Command, c *console, o *phrasesOptions) error {
	if err := o.Options.Validate(); err != nil {
		return &exitError{exitUsage, err}
	}
	var boxes phrases.Boxes
	if o.boxes != "" {
		var err error
		if boxes, err = phrases.ReadBoxes(o.boxes); err != nil {
			return err
		}
	}
	gold, err := phrases.ReadGold(o.gold, boxes)
	if err != nil {
		return err
	}
	found, missing, note, err := findPhrases(cmd, c, o, gold)
	if err != nil {
		return err
	}
	report, err := phrases.Evaluate(cmd.Context(), gold, found, o.bootstrap)
	if err != nil {
		return named(o.gold, err)
	}
	report.Missing, report.Note = missing, note
	return c.result(report, report.WriteText)
}

// findPhrases reads what was found, or finds it.
func findPhrases(cmd *cobra.Command, c *console, o *phrasesOptions, gold []phrases.Caption) (found [][]schema.Span, missing int, note string, err error) {
	switch {
	case o.results == "":
		found, err = extractPhrases(cmd, o.Options, gold)
		return found, 0, "", err
	case isRows(o.results):
		rows := phrases.Rows{}
		add := func(row *schema.Row) error {
			rows.Add(row)
			return nil
		}
		note, err = eachRow(cmd, c, o.results, add, schema.KindRaw, schema.KindData)
		found, missing = rows.Found(gold)
		return found, missing, note, err
	}
	f, err := os.Open(o.results)
	if err != nil {
		return nil, 0, "", err
	}
	defer f.Close()
	found, err = phrases.ReadFound(f, o.results, gold)
	return found, 0, "", err
}

// extractPhrases finds phrases as annotate does: in repaired captions that the gate
// lets through.
func extractPhrases(cmd *cobra.Command, o extract.Options, gold []phrases.Caption) (found [][]schema.Span, err error) {
	ex, err := extract.New(o)
	if err != nil {
		return nil, err
	}
	for _, g := range gold {
		if err := cmd.Context().Err(); err != nil {
			return nil, err
		}
		clean, _ := extract.Sanitize(g.Caption)
		var spans []schema.ByteSpan
		if _, ok := ex.Gate(clean); ok {
			for _, p := range ex.Extract(clean) {
				spans = append(spans, p.Span)
			}
		}
		found = append(found, schema.RuneSpans(clean, spans))
	}
	return found, nil
}
