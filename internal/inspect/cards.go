package inspect

import (
	"context"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/schema"
)

// WritePage draws the sampled rows over their pictures. Pictures come from the
// rows themselves or from the input tars that the rows name, below the folder
// input; one that is not there any more, or is not the one that was labelled, is
// left out.
func (r *Report) WritePage(ctx context.Context, w io.Writer, input string) error {
	page := overlay.Page{Title: "Groundmill: " + r.Dir, Facts: r.facts()}
	pictures := findPictures(ctx, r.Sample, input)
	for _, row := range r.Sample {
		page.Cards = append(page.Cards, overlay.Card{Row: row, Image: pictures[row.Source]})
	}
	return overlay.Write(w, page)
}

func (r *Report) facts() []overlay.Fact {
	t := r.Totals
	count := func(name string, n int64) overlay.Fact { return overlay.Fact{Name: name, Value: fmt.Sprint(n)} }
	facts := []overlay.Fact{
		count("records", t.Records), count("rows", t.Rows), count("rejects", t.RejectTotal()),
		count("phrases", t.Phrases), count("grounded phrases", t.GroundedPhrases), count("boxes", t.Boxes),
		count("boxes removed by rules", total(t.Removals)), count("rows shown", int64(len(r.Sample))),
	}
	if r.Model.Name != "" {
		facts = append(facts, overlay.Fact{Name: "teacher", Value: r.Model.Name})
	}
	return facts
}

// findPictures returns the image file of each row that can be found.
func findPictures(ctx context.Context, rows []*schema.Row, input string) map[schema.Source][]byte {
	found := map[schema.Source][]byte{}
	source, err := picture.Open(ctx, input)
	if err != nil {
		source = picture.None() // embedded ones are still there
	}
	source.Find(ctx, rows, func(row *schema.Row, data []byte) { found[row.Source] = data })
	return found
}
