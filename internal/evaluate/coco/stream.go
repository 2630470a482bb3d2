package coco

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

type resultJSON struct {
	Image    *int64    `json:"image_id"`
	Category *int64    `json:"category_id"`
	Box      []float64 `json:"bbox"`
	Score    *float64  `json:"score"`
}

// ReadResults reads a results file, an array of objects with image_id,
// category_id, bbox and score, for the images of data. An error names the element
// and the field. name is for errors only.
func ReadResults(r io.Reader, name string, data *Dataset) (*Results, error) {
	out := &Results{}
	dec := json.NewDecoder(r)
	err := elements(dec, "results", func(v resultJSON) error { return out.add(v, data) })
	if err == nil {
		err = ended(dec)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

func (r *Results) add(v resultJSON, data *Dataset) error {
	switch {
	case v.Image == nil:
		return errors.New("image_id: is missing")
	case v.Category == nil:
		return errors.New("category_id: is missing")
	case v.Score == nil:
		return errors.New("score: is missing")
	case math.Abs(*v.Score) > math.MaxFloat32:
		return fmt.Errorf("score: %v is no score", *v.Score)
	}
	box, err := boxOf(v.Box)
	if err != nil {
		return fmt.Errorf("bbox: %w", err)
	}
	image, ok := data.images[*v.Image]
	if !ok {
		return fmt.Errorf("image_id: the annotations have no image %d", *v.Image)
	}
	category, ok := data.categories[*v.Category]
	if !ok {
		r.OtherCategories++
		return nil
	}
	r.Detections = append(r.Detections, Detection{Image: image, Category: category, Box: box, Score: *v.Score})
	return nil
}

// elements decodes an array one element at a time.
func elements[T any](dec *json.Decoder, name string, each func(T) error) error {
	if err := expect(dec, json.Delim('[')); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i := 0; dec.More(); i++ {
		var v T
		err := dec.Decode(&v)
		if err == nil {
			err = each(v)
		}
		if err != nil {
			return fmt.Errorf("%s[%d].%w", name, i, err)
		}
	}
	if err := expect(dec, json.Delim(']')); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// expect reads one token.
func expect(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("byte %d: %w", dec.InputOffset(), err)
	}
	if token != want {
		return fmt.Errorf("byte %d: %v stands where %v must", dec.InputOffset(), token, want)
	}
	return nil
}

// end reads the last token of a file.
func end(dec *json.Decoder, want json.Delim) error {
	if err := expect(dec, want); err != nil {
		return err
	}
	return ended(dec)
}

func ended(dec *json.Decoder) error {
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("byte %d: there is more after the JSON value", dec.InputOffset())
	}
	return nil
}
