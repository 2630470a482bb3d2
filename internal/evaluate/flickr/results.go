package flickr

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/groundmill/groundmill/internal/jsonlines"
)

// Prediction is what was found in a sentence.
type Prediction struct {
	Image    string
	Sentence int
	Phrases  []Found // of the phrases that have gold boxes, in the order of the caption
}

// Found is the boxes that were found for a phrase, in any order.
type Found struct {
	Boxes  []Box
	Scores []float64 // of each box; the higher the surer
}

type resultLine struct {
	Image    imageID `json:"image_id"`
	Sentence *int    `json:"sent"`
	Phrases  []struct {
		Boxes  [][]float64 `json:"boxes"`
		Scores []float64   `json:"scores"`
	} `json:"phrases"`
}

// ReadResults reads JSON Lines, a sentence a line:
//
//	{"image_id": "1000092795", "sent": 0, "phrases": [{"boxes": [[x1, y1, x2, y2]], "scores": [0.9]}]}
//
// and calls each with every one. An error names the line and the field; name is
// for errors only.
func ReadResults(r io.Reader, name string, each func(Prediction) error) error {
	return jsonlines.Read(r, name, func(_ int, l resultLine) error {
		p, err := l.prediction()
		if err != nil {
			return err
		}
		return each(p)
	})
}

func (l *resultLine) prediction() (Prediction, error) {
	if l.Image == "" {
		return Prediction{}, errors.New("image_id: is missing")
	}
	if l.Sentence == nil || *l.Sentence < 0 {
		return Prediction{}, errors.New("sent: is missing or negative")
	}
	p := Prediction{Image: string(l.Image), Sentence: *l.Sentence}
	for i, phrase := range l.Phrases {
		if len(phrase.Boxes) != len(phrase.Scores) {
			return p, fmt.Errorf("phrases[%d]: %d boxes but %d scores", i, len(phrase.Boxes), len(phrase.Scores))
		}
		f := Found{Scores: phrase.Scores}
		for j, b := range phrase.Boxes {
			if err := checkFound(b, phrase.Scores[j]); err != nil {
				return p, fmt.Errorf("phrases[%d].boxes[%d]: %w", i, j, err)
			}
			f.Boxes = append(f.Boxes, Box(b))
		}
		p.Phrases = append(p.Phrases, f)
	}
	return p, nil
}

func checkFound(b []float64, score float64) error {
	if len(b) != 4 {
		return fmt.Errorf("%v has not the four numbers x1, y1, x2, y2", b)
	}
	if b[0] > b[2] || b[1] > b[3] {
		return fmt.Errorf("%v is inverted: it must be x1, y1, x2, y2", b)
	}
	for _, v := range append([]float64{score}, b...) {
		if math.Abs(v) > 1e9 {
			return fmt.Errorf("%v is no pixel or score", v)
		}
	}
	return nil
}

// ranked returns the boxes of each phrase, best first, of the limit best boxes of
// the sentence. Equal scores keep the order of the phrases and their boxes.
func (p *Prediction) ranked(limit int) [][]Box {
	type entry struct {
		phrase int
		score  float64
		box    Box
	}
	var all []entry
	for i, f := range p.Phrases {
		for j, b := range f.Boxes {
			all = append(all, entry{i, f.Scores[j], b})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(b.score, a.score) })
	out := make([][]Box, len(p.Phrases))
	for _, e := range all[:min(len(all), limit)] {
		out[e.phrase] = append(out[e.phrase], e.box)
	}
	return out
}
