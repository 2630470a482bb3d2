package coco

import (
	"context"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/evaluate"
)

// Names of the figures of a Report, in pycocotools' order.
var Names = []string{"AP", "AP50", "AP75", "AP small", "AP medium", "AP large",
	"AR@1", "AR@10", "AR@100", "AR small", "AR medium", "AR large"}

// Report is the evaluation of one set of results.
type Report struct {
	Images          int               `json:"images"`
	Categories      int               `json:"categories"` // with a truth that is no crowd
	Truths          int               `json:"truths"`     // without crowds
	Crowds          int               `json:"crowds"`
	Detections      int               `json:"detections"`
	OtherCategories int               `json:"detections_of_other_categories"` // left out
	OtherImages     int               `json:"rows_of_other_images"`           // left out
	Note            string            `json:"note,omitempty"`
	Bootstrap       bootstrap.Config  `json:"bootstrap"` // over images
	Figures         []evaluate.Figure `json:"figures"`
	ByCategory      []CategoryAP      `json:"by_category"` // without intervals
}

// CategoryAP is the average precision of one category.
type CategoryAP struct {
	Name   string          `json:"name"`
	Truths int             `json:"truths"` // without crowds
	AP     evaluate.Number `json:"ap"`     // NaN without truths
}

// Evaluate compares detections with the truths of a dataset. Resampling computes
// all figures once for each resample.
func Evaluate(ctx context.Context, data *Dataset, results *Results, c bootstrap.Config) (*Report, error) {
	table := rank(data, results.Detections)
	intervals, err := bootstrap.Intervals(ctx, len(data.Images), c, func(counts []int32) []float64 { return table.figures(counts) })
	if err != nil {
		return nil, err
	}
	r := &Report{Images: len(data.Images), Detections: len(results.Detections), OtherCategories: results.OtherCategories, Bootstrap: c}
	r.Figures = evaluate.Figures(Names, table.figures(nil), intervals)
	for _, t := range data.Truths {
		if t.Crowd {
			r.Crowds++
		}
	}
	r.Truths = len(data.Truths) - r.Crowds
	r.byCategory(data, table)
	return r, nil
}

func (r *Report) byCategory(data *Dataset, t table) {
	for k, category := range data.Categories {
		all := t[k][allAreas]
		n := all.truths(nil)
		var ap average
		if n > 0 {
			r.Categories++
			precision := all.precision(nil, n)
			ap.add(precision[:]...)
		}
		r.ByCategory = append(r.ByCategory, CategoryAP{category.Name, n, evaluate.Number(ap.value())})
	}
}

// table holds the ranked outcomes by category and range of areas.
type table [][len(areas)]*ranked

// rank matches everything: by category, range of areas and image, as pycocotools
// does.
func rank(data *Dataset, detections []Detection) table {
	truths := make([][]*Truth, len(data.Categories))
	for i := range data.Truths {
		t := &data.Truths[i]
		truths[t.Category] = append(truths[t.Category], t)
	}
	found := make([][]*Detection, len(data.Categories))
	for i := range detections {
		d := &detections[i]
		found[d.Category] = append(found[d.Category], d)
	}
	t := make(table, len(data.Categories))
	for k := range t {
		cells := cellsOf(len(data.Images), truths[k], found[k])
		for a, area := range areas {
			t[k][a] = rankCells(cells, area)
		}
	}
	return t
}

// cellsOf groups what there is of a category by image.
func cellsOf(images int, truths []*Truth, found []*Detection) []cell {
	truthsOf, foundOf := make([][]*Truth, images), make([][]*Detection, images)
	for _, t := range truths {
		truthsOf[t.Image] = append(truthsOf[t.Image], t)
	}
	for _, d := range found {
		foundOf[d.Image] = append(foundOf[d.Image], d)
	}
	cells := make([]cell, images)
	for i := range cells {
		cells[i] = newCell(truthsOf[i], foundOf[i])
	}
	return cells
}

func rankCells(cells []cell, area areaRange) *ranked {
	var outcomes []outcome
	var asked []imageCount
	for image, c := range cells {
		var n int
		if outcomes, n = c.match(outcomes, image, area); n > 0 {
			asked = append(asked, imageCount{int32(image), int32(n)})
		}
	}
	return newRanked(outcomes, asked)
}

// figures computes the figures of Names.
func (t table) figures(w weights) []float64 {
	var out [12]average
	for k := range t {
		for a, r := range t[k] {
			n := r.truths(w)
			if n == 0 {
				continue // no truth to ask for, so the category does not count
			}
			precision, recall := r.precision(w, n), r.recall(w, n, maxPerCat)
			if a != allAreas {
				out[2+a].add(precision[:]...)
				out[8+a].add(recall[:]...)
				continue
			}
			out[0].add(precision[:]...)
			out[1].add(precision[0])
			out[2].add(precision[5])
			for m, limit := range limits {
				recall := r.recall(w, n, limit)
				out[6+m].add(recall[:]...)
			}
		}
	}
	values := make([]float64, len(out))
	for i := range out {
		values[i] = out[i].value()
	}
	return values
}
