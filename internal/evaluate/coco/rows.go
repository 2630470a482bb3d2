package coco

import (
	"path"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Rows turns rows of Groundmill into results: the boxes of a phrase whose text is
// a category's name, whatever the case, are detections of that category. The image
// is the one whose id, or whose file name without its ending, is the row's key
// without folders and caption number ("000000000139" or "139#0").
type Rows struct {
	Results
	OtherImages int // rows of no image of the dataset, which are left out

	data   *Dataset
	names  map[string]int // categories by lower-case name
	byFile map[string]int // images by file name without ending
}

// NewRows prepares the results of rows for a dataset.
func NewRows(data *Dataset) *Rows {
	r := &Rows{data: data, names: map[string]int{}, byFile: map[string]int{}}
	for i, c := range data.Categories {
		r.names[strings.ToLower(c.Name)] = i
	}
	for i, m := range data.Images {
		base := path.Base(m.File)
		r.byFile[strings.TrimSuffix(base, path.Ext(base))] = i
	}
	return r
}

// Add appends the detections of a row. Of a phrase that occurs twice the first
// counts.
func (r *Rows) Add(row *schema.Row) {
	image, ok := r.image(row.Key)
	if !ok {
		r.OtherImages++
		return
	}
	seen := map[int]bool{}
	for _, p := range row.Phrases {
		category, ok := r.names[strings.ToLower(p.Text)]
		switch {
		case !ok:
			r.OtherCategories += len(p.Boxes)
			continue
		case seen[category]:
			continue
		}
		seen[category] = true
		for _, b := range p.Boxes {
			box := Box{float64(b.X1), float64(b.Y1), float64(b.Width()), float64(b.Height())}
			r.Detections = append(r.Detections, Detection{Image: image, Category: category, Box: box, Score: float64(b.Score)})
		}
	}
}

func (r *Rows) image(key string) (int, bool) {
	key, _, _ = strings.Cut(path.Base(key), "#")
	if i, ok := r.byFile[key]; ok {
		return i, true
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return 0, false
	}
	i, ok := r.data.images[id]
	return i, ok
}
