package main

import (
	"bufio"
	"os"

	"github.com/spf13/cobra"

	"github.com/groundmill/groundmill/internal/evaluate/coco"
	"github.com/groundmill/groundmill/schema"
)

func newEvaluateCOCO(c *console) *cobra.Command {
	o := &evaluateOptions{}
	cmd := evaluation(o, func(cmd *cobra.Command) error { return runEvaluateCOCO(cmd, c, o) })
	cmd.Use = "coco --gold ANNOTATIONS.json --results RESULTS"
	cmd.Short = "Average precision of boxes by COCO's definition"
	cmd.Long = `coco computes the twelve numbers of COCO's evaluation of boxes: average precision
over all overlaps, at 0.50 and 0.75 and by size, and average recall by number of
detections and by size. They are those of pycocotools.

--gold is an annotation file of COCO. --results is a results file of COCO, a list of
{"image_id", "category_id", "bbox": [x, y, width, height], "score"}, or the output
folder of a run whose phrases are names of categories and whose keys are ids or file
names of the images. Of a folder the raw boxes are taken where there are any.`
	cmd.Example = "  runner evaluate coco --gold instances_val2017.json --results results.json"
	return cmd
}

func runEvaluateCOCO(cmd *cobra.Command, c *console, o *evaluateOptions) error {
	data, err := readCOCO(o.gold)
	if err != nil {
		return err
	}
	rows := coco.NewRows(data)
	note := ""
	if isRows(o.results) {
		add := func(row *schema.Row) error {
			rows.Add(row)
			return nil
		}
		note, err = eachRow(cmd, c, o.results, add, schema.KindRaw, schema.KindData)
	} else {
		err = readCOCOResults(o.results, data, &rows.Results)
	}
	if err != nil {
		return err
	}
	report, err := coco.Evaluate(cmd.Context(), data, &rows.Results, o.bootstrap)
	if err != nil {
		return err
	}
	report.OtherImages, report.Note = rows.OtherImages, note
	return c.result(report, report.WriteText)
}

func readCOCO(path string) (*coco.Dataset, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return coco.ReadDataset(bufio.NewReaderSize(f, 1<<20), path)
}

func readCOCOResults(path string, data *coco.Dataset, into *coco.Results) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	results, err := coco.ReadResults(bufio.NewReaderSize(f, 1<<20), path, data)
	if err != nil {
		return err
	}
	*into = *results
	return nil
}
