package coco

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestRows(t *testing.T) {
	data, err := ReadDataset(strings.NewReader(truth), "truth")
	if err != nil {
		t.Fatal(err)
	}
	rows := NewRows(data)
	box := func(x1, score float32) []schema.ScoredBox {
		return []schema.ScoredBox{{Box: schema.Box{X1: x1, Y1: 2, X2: 10, Y2: 12}, Score: score}}
	}
	for _, row := range []*schema.Row{
		{Key: "part/b#1", Phrases: []schema.Phrase{{Text: "Dog", Boxes: box(1, 0.5)}, {Text: "dog", Boxes: box(1, 0.5)}, {Text: "a dog", Boxes: box(1, 0.5)}}},
		{Key: "000001", Phrases: []schema.Phrase{{Text: "cat", Boxes: box(3, 0.25)}}},
		{Key: "77", Phrases: []schema.Phrase{{Text: "cat", Boxes: box(1, 0.5)}}},
		{Key: "x", Phrases: []schema.Phrase{{Text: "cat", Boxes: box(1, 0.5)}}},
	} {
		rows.Add(row)
	}
	want := []Detection{{Image: 1, Category: 0, Box: Box{1, 2, 9, 10}, Score: 0.5}, {Image: 0, Category: 1, Box: Box{3, 2, 7, 10}, Score: 0.25}}
	if diff := cmp.Diff(want, rows.Detections); diff != "" {
		t.Errorf("detections (-want +got):\n%s", diff)
	}
	if rows.OtherImages != 2 || rows.OtherCategories != 1 {
		t.Errorf("%d rows of other images, %d boxes of other phrases; want 2 and 1", rows.OtherImages, rows.OtherCategories)
	}
}
