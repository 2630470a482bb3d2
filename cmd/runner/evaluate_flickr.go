package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/evaluate/flickr"
	"github.com/groundmill/groundmill/schema"
)

type flickrOptions struct {
	evaluateOptions
	split, boxes string
	flickr.Options
}

func newEvaluateFlickr(c *console) *cobra.Command {
	o := &flickrOptions{}
	cmd := evaluation(&o.evaluateOptions, func(cmd *cobra.Command) error { return runEvaluateFlickr(cmd, c, o) })
	cmd.Use = "flickr --gold FLICKR30K --results RESULTS"
	cmd.Short = "Recall of phrases on Flickr30k Entities"
	cmd.Long = `flickr computes the recall at 1, 5, 10 and all boxes on Flickr30k Entities as MDETR
and GLIP report it, by any box of a phrase and by the merged box, over all phrases
and for each type.

--gold is the official folder (Sentences, Annotations, val.txt ...) or a JSON Lines
file of sentences with its file of boxes. --results is a JSON Lines file, one
sentence a line,

  {"image_id": "1000092795", "sent": 0, "phrases": [{"boxes": [[x1, y1, x2, y2]], "scores": [0.9]}]}

with the phrases that have gold boxes, in the order of the caption; or the output
folder of a run whose keys are IMAGE_N or IMAGE#N (sentence N from 0), or IMAGE
where the caption tells the sentence. Of a folder the raw boxes are taken where
there are any. A sentence without results is an error.`
	cmd.Example = "  runner evaluate flickr --gold flickr30k_entities --split test --results results.jsonl\n" +
		"  runner evaluate flickr --gold val.jsonl --results labels --allow-missing"
	f := cmd.Flags()
	f.StringVar(&o.split, "split", "val", "`name` of the split, for a folder: train, val or test")
	f.StringVar(&o.boxes, "boxes", "", "`file` of boxes, for a JSON Lines file; by default FILE_boxes.jsonl beside it")
	f.IntVar(&o.MaxBoxes, "max-boxes", flickr.DefaultMaxBoxes, "boxes of a sentence that count, over all its phrases")
	f.BoolVar(&o.AllowMissing, "allow-missing", false, "count sentences without results as not found")
	f.Float64Var(&o.SpanIoU, "span-iou", 1, "overlap from which a row's phrase answers a gold phrase; 1 is the same span")
	return cmd
}

func runEvaluateFlickr(cmd *cobra.Command, c *console, o *flickrOptions) error {
	if o.MaxBoxes < 1 {
		return usage("--max-boxes must be at least 1")
	}
	if !(o.SpanIoU > 0 && o.SpanIoU <= 1) {
		return usage("--span-iou must be above 0 and at most 1")
	}
	gold, err := readFlickr(o)
	if err != nil {
		return err
	}
	e := flickr.NewEvaluator(gold, o.Options)
	note, err := predictFlickr(cmd, c, o.results, e)
	if err != nil {
		return err
	}
	report, err := e.Report(cmd.Context(), o.bootstrap)
	if err != nil {
		return named(o.results, err)
	}
	report.Note = note
	return c.result(report, report.WriteText)
}

func readFlickr(o *flickrOptions) (*flickr.Gold, error) {
	info, err := os.Stat(o.gold)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		if o.split == "" || strings.ContainsAny(o.split, `/\`) {
			return nil, usage("--split: %q is no name of a split", o.split)
		}
		return flickr.ReadFolder(filepath.Clean(o.gold), o.split)
	}
	boxes := o.boxes
	if boxes == "" {
		boxes = flickr.BoxesFile(o.gold)
	}
	return flickr.ReadLines(o.gold, boxes)
}

// predictFlickr hands the evaluator what was found.
func predictFlickr(cmd *cobra.Command, c *console, place string, e *flickr.Evaluator) (note string, err error) {
	if isRows(place) {
		return eachRow(cmd, c, place, e.AddRow, schema.KindRaw, schema.KindData)
	}
	f, err := os.Open(place)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return "", flickr.ReadResults(f, place, func(p flickr.Prediction) error {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		return e.Add(p)
	})
}
