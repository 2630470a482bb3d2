package coco

import (
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/evaluate"
)

// WriteText prints the report for people, in percent.
func (r *Report) WriteText(w io.Writer) {
	fmt.Fprintf(w, "COCO boxes: %d detections, %d truths and %d crowds of %d categories in %d images\n",
		r.Detections, r.Truths, r.Crowds, r.Categories, r.Images)
	if r.OtherCategories > 0 {
		fmt.Fprintf(w, "%d detections of categories that the annotations do not have are left out\n", r.OtherCategories)
	}
	if r.OtherImages > 0 {
		fmt.Fprintf(w, "%d rows of images that the annotations do not have are left out\n", r.OtherImages)
	}
	rows := [][]string{{"figure", "%"}}
	for _, f := range r.Figures {
		rows = append(rows, []string{f.Name, f.String()})
	}
	evaluate.WriteTable(w, rows)
	fmt.Fprintf(w, "over images, %v\n", r.Bootstrap)
	if r.Note != "" {
		fmt.Fprintln(w, r.Note)
	}
}
