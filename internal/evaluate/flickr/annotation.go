package flickr

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// annotationXML is a file of Annotations.
type annotationXML struct {
	XMLName xml.Name `xml:"annotation"`
	Size    struct {
		Width  string `xml:"width"`
		Height string `xml:"height"`
	} `xml:"size"`
	Objects []objectXML `xml:"object"`
}

type objectXML struct {
	Names []string `xml:"name"` // entities
	Box   *boxXML  `xml:"bndbox"`
}

type boxXML struct {
	X1 string `xml:"xmin"`
	Y1 string `xml:"ymin"`
	X2 string `xml:"xmax"`
	Y2 string `xml:"ymax"`
}

// Annotation is the boxes of an image by entity.
type Annotation struct {
	Width, Height int // pixels
	Boxes         map[string][]Box
}

// ParseAnnotation reads a file of Annotations. Entities that are marked as scenes
// or without a box have none in the result. An error names the object, from 0, and
// the field.
func ParseAnnotation(r io.Reader) (*Annotation, error) {
	var file annotationXML
	if err := xml.NewDecoder(r).Decode(&file); err != nil {
		return nil, err
	}
	a := &Annotation{Boxes: map[string][]Box{}}
	var err error
	if a.Width, err = pixels(file.Size.Width); err != nil {
		return nil, fmt.Errorf("size.width: %w", err)
	}
	if a.Height, err = pixels(file.Size.Height); err != nil {
		return nil, fmt.Errorf("size.height: %w", err)
	}
	for i, o := range file.Objects {
		if err := a.add(o); err != nil {
			return nil, fmt.Errorf("object[%d].%w", i, err)
		}
	}
	return a, nil
}

func (a *Annotation) add(o objectXML) error {
	if len(o.Names) == 0 {
		return errors.New("name: is missing")
	}
	if o.Box == nil {
		return nil
	}
	box, err := o.Box.box()
	if err != nil {
		return fmt.Errorf("bndbox.%w", err)
	}
	for _, name := range o.Names {
		name = strings.TrimSpace(name)
		if name == "" {
			return errors.New("name: is empty")
		}
		a.Boxes[name] = append(a.Boxes[name], box)
	}
	return nil
}

func (b *boxXML) box() (box Box, err error) {
	for i, field := range []struct{ name, text string }{{"xmin", b.X1}, {"ymin", b.Y1}, {"xmax", b.X2}, {"ymax", b.Y2}} {
		if box[i], err = number(field.text); err != nil {
			return box, fmt.Errorf("%s: %w", field.name, err)
		}
	}
	if box[0] > box[2] || box[1] > box[3] {
		return box, fmt.Errorf("xmax: %v is inverted", box)
	}
	return box, nil
}

// number parses a coordinate.
func number(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0, fmt.Errorf("%.40q is no number of pixels", text)
	}
	return v, nil
}

func pixels(text string) (int, error) {
	v, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || v <= 0 {
		return 0, fmt.Errorf("%.40q is no number of pixels", text)
	}
	return v, nil
}
