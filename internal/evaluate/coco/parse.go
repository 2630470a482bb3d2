package coco

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ReadDataset reads an annotation file: an object with arrays images, annotations
// and categories, other members being skipped. An error names the element and the
// field. name is for errors only.
func ReadDataset(r io.Reader, name string) (*Dataset, error) {
	p := &datasetParser{ids: map[int64]bool{}}
	if err := p.read(json.NewDecoder(r)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	data, err := p.finish()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// datasetParser keeps annotations by id until all images and categories are known:
// the arrays come in any order.
type datasetParser struct {
	data        Dataset
	annotations []annotation
	ids         map[int64]bool // of annotations
	seen        map[string]bool
}

type imageJSON struct {
	ID   *int64 `json:"id"`
	File string `json:"file_name"`
}

type categoryJSON struct {
	ID   *int64 `json:"id"`
	Name string `json:"name"`
}

type annotation struct {
	ID       *int64    `json:"id"`
	Image    *int64    `json:"image_id"`
	Category *int64    `json:"category_id"`
	Box      []float64 `json:"bbox"`
	Area     *float64  `json:"area"`
	Crowd    int       `json:"iscrowd"`
}

func (p *datasetParser) read(dec *json.Decoder) error {
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	p.seen = map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("byte %d: %w", dec.InputOffset(), err)
		}
		member, _ := token.(string)
		if err := p.member(dec, member); err != nil {
			return err
		}
		p.seen[member] = true
	}
	return end(dec, json.Delim('}'))
}

func (p *datasetParser) member(dec *json.Decoder, member string) error {
	switch member {
	case "images":
		return elements(dec, member, p.image)
	case "annotations":
		return elements(dec, member, p.annotation)
	case "categories":
		return elements(dec, member, p.category)
	}
	var skipped json.RawMessage
	if err := dec.Decode(&skipped); err != nil {
		return fmt.Errorf("%s: %w", member, err)
	}
	return nil
}

func (p *datasetParser) image(v imageJSON) error {
	if v.ID == nil {
		return errors.New("id: is missing")
	}
	p.data.Images = append(p.data.Images, Image{*v.ID, v.File})
	return nil
}

func (p *datasetParser) category(v categoryJSON) error {
	if v.ID == nil {
		return errors.New("id: is missing")
	}
	p.data.Categories = append(p.data.Categories, Category{*v.ID, v.Name})
	return nil
}

func (p *datasetParser) annotation(v annotation) error {
	switch {
	case v.ID == nil:
		return errors.New("id: is missing")
	case *v.ID < 1:
		// pycocotools takes the id 0 for "not matched".
		return fmt.Errorf("id: %d is not 1 or more", *v.ID)
	case p.ids[*v.ID]:
		return fmt.Errorf("id: %d is used twice", *v.ID)
	case v.Image == nil:
		return errors.New("image_id: is missing")
	case v.Category == nil:
		return errors.New("category_id: is missing")
	case v.Crowd != 0 && v.Crowd != 1:
		return fmt.Errorf("iscrowd: %d is not 0 or 1", v.Crowd)
	case v.Area != nil && !(*v.Area >= 0 && *v.Area < math.Inf(1)):
		return fmt.Errorf("area: %v is no area", *v.Area)
	}
	if _, err := boxOf(v.Box); err != nil {
		return fmt.Errorf("bbox: %w", err)
	}
	p.ids[*v.ID] = true
	p.annotations = append(p.annotations, v)
	return nil
}

// finish joins annotations with images and categories.
func (p *datasetParser) finish() (*Dataset, error) {
	for _, member := range []string{"images", "annotations", "categories"} {
		if !p.seen[member] {
			return nil, fmt.Errorf("there is no %q in it: is it a COCO annotation file?", member)
		}
	}
	d := &p.data
	var err error
	slices.SortFunc(d.Images, func(a, b Image) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(d.Categories, func(a, b Category) int { return cmp.Compare(a.ID, b.ID) })
	if d.images, err = positions("images", d.Images, func(v Image) int64 { return v.ID }); err != nil {
		return nil, err
	}
	if d.categories, err = positions("categories", d.Categories, func(v Category) int64 { return v.ID }); err != nil {
		return nil, err
	}
	for i, a := range p.annotations {
		t, err := d.truth(a)
		if err != nil {
			return nil, fmt.Errorf("annotations[%d].%w", i, err)
		}
		d.Truths = append(d.Truths, t)
	}
	return d, nil
}

func (d *Dataset) truth(a annotation) (Truth, error) {
	image, ok := d.images[*a.Image]
	if !ok {
		return Truth{}, fmt.Errorf("image_id: there is no image %d", *a.Image)
	}
	category, ok := d.categories[*a.Category]
	if !ok {
		return Truth{}, fmt.Errorf("category_id: there is no category %d", *a.Category)
	}
	box, err := boxOf(a.Box)
	if err != nil {
		return Truth{}, fmt.Errorf("bbox: %w", err)
	}
	area := box.area()
	if a.Area != nil {
		area = *a.Area
	}
	return Truth{Image: image, Category: category, Box: box, Area: area, Crowd: a.Crowd == 1}, nil
}

func positions[T any](what string, values []T, id func(T) int64) (map[int64]int, error) {
	out := make(map[int64]int, len(values))
	for i, v := range values {
		if _, twice := out[id(v)]; twice {
			return nil, fmt.Errorf("%s: id %d is used twice", what, id(v))
		}
		out[id(v)] = i
	}
	return out, nil
}

func boxOf(v []float64) (Box, error) {
	if len(v) != 4 {
		return Box{}, fmt.Errorf("%v has not the four numbers x, y, width, height", v)
	}
	for _, x := range v {
		if math.Abs(x) > 1e9 {
			return Box{}, fmt.Errorf("%v: %v is no pixel", v, x)
		}
	}
	if v[2] < 0 || v[3] < 0 {
		return Box{}, fmt.Errorf("%v has a negative size; COCO boxes are x, y, width, height", v)
	}
	return Box{v[0], v[1], v[2], v[3]}, nil
}
