package flickr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/groundmill/groundmill/internal/jsonlines"
	"github.com/groundmill/groundmill/schema"
)

// imageID is an image's id, which files have as a string or as a number.
type imageID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *imageID) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(id))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("image_id: %.40s is neither a string nor a number", data)
	}
	*id = imageID(n.String())
	return nil
}

type boxesLine struct {
	Image    imageID `json:"image_id"`
	Width    int     `json:"width"`
	Height   int     `json:"height"`
	Entities map[string]struct {
		Boxes [][]float64 `json:"boxes"`
	} `json:"entities"`
}

type sentenceLine struct {
	Image    imageID `json:"image_id"`
	Sentence *int    `json:"sent"`
	Caption  string  `json:"caption"`
	Phrases  []struct {
		Start int32    `json:"start"`
		End   int32    `json:"end"`
		Text  string   `json:"text"`
		ID    string   `json:"id"`
		Types []string `json:"types"`
	} `json:"phrases"`
}

// ReadLines reads the data set from two JSON Lines files: sentences with
// image_id, sent, caption and phrases of start, end, text, id and types, and boxes
// with image_id, width, height and entities.
func ReadLines(sentences, boxes string) (*Gold, error) {
	g := &Gold{}
	if err := jsonlines.ReadFile(boxes, func(_ int, l boxesLine) error { return g.addBoxes(l) }); err != nil {
		return nil, err
	}
	err := jsonlines.ReadFile(sentences, func(_ int, l sentenceLine) error { return g.addLine(l) })
	return g, err
}

// BoxesFile is the name that the boxes of a file of sentences have by custom.
func BoxesFile(sentences string) string {
	return strings.TrimSuffix(strings.TrimSuffix(sentences, ".jsonl"), "_detok") + "_boxes.jsonl"
}

func (g *Gold) addBoxes(l boxesLine) error {
	if l.Width <= 0 || l.Height <= 0 {
		return fmt.Errorf("width, height: %d, %d are no size", l.Width, l.Height)
	}
	boxes := map[string][]Box{}
	for entity, e := range l.Entities {
		for i, b := range e.Boxes {
			if len(b) != 4 {
				return fmt.Errorf("entities[%q].boxes[%d]: %v has not four numbers", entity, i, b)
			}
			boxes[entity] = append(boxes[entity], Box(b))
		}
	}
	return g.addImage(string(l.Image), l.Width, l.Height, boxes)
}

func (g *Gold) addLine(l sentenceLine) error {
	image := g.image(string(l.Image))
	switch {
	case image == nil:
		return fmt.Errorf("image_id: the file of boxes has no image %q", l.Image)
	case l.Sentence == nil || *l.Sentence < 0:
		return errors.New("sent: is missing or negative")
	}
	s := Sentence{Number: *l.Sentence, Caption: l.Caption}
	for i, p := range l.Phrases {
		span := schema.Span{Start: p.Start, End: p.End}
		if text, ok := span.Slice(l.Caption); !ok || text != p.Text {
			return fmt.Errorf("phrases[%d]: caption[%d:%d] is %q, not %q; offsets count code points", i, p.Start, p.End, text, p.Text)
		}
		s.Phrases = append(s.Phrases, Phrase{Span: span, Text: p.Text, Entity: p.ID, Types: p.Types})
	}
	return image.addSentence(s)
}
