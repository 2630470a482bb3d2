package phrases

import (
	"fmt"

	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
	"github.com/groundmill/groundmill/internal/jsonlines"
	"github.com/groundmill/groundmill/schema"
)

// Caption is a caption with gold phrases.
type Caption struct {
	Image string // "" where the file has none
	score.Gold
}

// Boxes says, by image and entity, whether there is a box.
type Boxes map[string]map[string]bool

// ReadBoxes reads JSON Lines with image_id and entities, an object of objects with
// boxes.
func ReadBoxes(path string) (Boxes, error) {
	type line struct {
		Image    string                                 `json:"image_id"`
		Entities map[string]struct{ Boxes [][]float64 } `json:"entities"`
	}
	boxes := Boxes{}
	err := jsonlines.ReadFile(path, func(_ int, l line) error {
		boxes[l.Image] = make(map[string]bool)
		for id, e := range l.Entities {
			boxes[l.Image][id] = len(e.Boxes) > 0
		}
		return nil
	})
	return boxes, err
}

type goldLine struct {
	Image   string `json:"image_id"`
	Caption *string
	Phrases []struct {
		Start, End int32
		Text, ID   string
	}
}

// ReadGold reads JSON Lines with caption, phrases of start, end, text and id, and
// perhaps image_id. boxes may be nil.
func ReadGold(path string, boxes Boxes) (gold []Caption, err error) {
	err = jsonlines.ReadFile(path, func(_ int, l goldLine) error {
		c, err := l.caption(boxes)
		gold = append(gold, c)
		return err
	})
	return gold, err
}

func (l *goldLine) caption(boxes Boxes) (c Caption, err error) {
	if l.Caption == nil {
		return c, fmt.Errorf("caption: is missing")
	}
	c.Image, c.Caption = l.Image, *l.Caption
	for i, p := range l.Phrases {
		span := schema.Span{Start: p.Start, End: p.End}
		text, ok := span.Slice(c.Caption)
		if !ok || text == "" || p.Text != "" && text != p.Text {
			return c, fmt.Errorf("phrases[%d]: caption[%d:%d] is %q, not %q; offsets count code points", i, p.Start, p.End, text, p.Text)
		}
		boxed := boxes[l.Image][p.ID] && !score.IsPronoun(text)
		c.Phrases = append(c.Phrases, score.Phrase{Span: span, Boxed: boxed})
	}
	return c, nil
}
