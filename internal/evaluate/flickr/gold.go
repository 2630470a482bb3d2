package flickr

import (
	"fmt"

	"github.com/groundmill/groundmill/schema"
)

// Box is x1, y1, x2, y2 in pixels, as the data set has them.
type Box [4]float64

// Gold is a part of Flickr30k Entities, such as its validation split.
type Gold struct {
	Images []Image
	// OutsideImage and Flat count boxes that reach over the edge of their image, and
	// boxes without width or height, which nothing overlaps. Both stay as they are.
	OutsideImage, Flat int

	places map[string]int // of images, by ID
}

// Image is an image with its sentences.
type Image struct {
	ID        string
	Sentences []Sentence
	boxes     map[string][]Box // by entity
}

// Sentence is a caption with its phrases.
type Sentence struct {
	Number  int // among those of the image, from 0
	Caption string
	Phrases []Phrase // all, in the order of the caption
}

// Phrase is a phrase of a sentence.
type Phrase struct {
	schema.Span        // code points of the caption
	Text        string // of the caption
	Entity      string // "0" for what is not visual
	Types       []string
	Boxes       []Box // of the entity, empty when it has none
}

// Asked returns the phrases that have boxes.
func (s *Sentence) Asked() (out []*Phrase) {
	for i := range s.Phrases {
		if len(s.Phrases[i].Boxes) > 0 {
			out = append(out, &s.Phrases[i])
		}
	}
	return out
}

// name is what errors call a sentence, such as "1000092795_0".
func name(image string, sentence int) string { return fmt.Sprintf("%s_%d", image, sentence) }

// addImage appends an image, checking its boxes.
func (g *Gold) addImage(id string, width, height int, boxes map[string][]Box) error {
	if id == "" {
		return fmt.Errorf("the id of the image is empty")
	}
	if _, twice := g.places[id]; twice {
		return fmt.Errorf("image %s is there twice", id)
	}
	for entity, list := range boxes {
		for i, b := range list {
			if err := g.checkBox(b, width, height); err != nil {
				return fmt.Errorf("entity %s: boxes[%d]: %w", entity, i, err)
			}
		}
	}
	if g.places == nil {
		g.places = map[string]int{}
	}
	g.places[id] = len(g.Images)
	g.Images = append(g.Images, Image{ID: id, boxes: boxes})
	return nil
}

func (g *Gold) checkBox(b Box, width, height int) error {
	switch {
	case b[0] > b[2] || b[1] > b[3]:
		return fmt.Errorf("%v is inverted: it must be xmin, ymin, xmax, ymax", b)
	case b[0] < 0 || b[1] < 0 || b[2] > float64(width) || b[3] > float64(height):
		g.OutsideImage++
	}
	if b[0] == b[2] || b[1] == b[3] {
		g.Flat++
	}
	return nil
}

// addSentence appends a sentence to an image, giving its phrases their boxes.
func (m *Image) addSentence(s Sentence) error {
	for _, other := range m.Sentences {
		if other.Number == s.Number {
			return fmt.Errorf("sentence %s is there twice", name(m.ID, s.Number))
		}
	}
	for i := range s.Phrases {
		s.Phrases[i].Boxes = m.boxes[s.Phrases[i].Entity]
	}
	m.Sentences = append(m.Sentences, s)
	return nil
}

// image returns the image with an ID, nil when there is none.
func (g *Gold) image(id string) *Image {
	if i, ok := g.places[id]; ok {
		return &g.Images[i]
	}
	return nil
}
