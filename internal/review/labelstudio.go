package review

import (
	_ "embed" // of the labelling configuration
	"fmt"
	"unicode/utf16"

	"github.com/groundmill/groundmill/internal/inspect"
	"github.com/groundmill/groundmill/internal/verdict"
)

// labelling is the configuration of a Label Studio project; the names in it are
// those that regions refer to.
//
//go:embed labelling.xml
var labelling []byte

// Names of the tags in labelling.
const (
	tagBox     = "box"
	tagImage   = "image"
	tagVerdict = "verdict"
	tagPhrase  = "phrase"
	tagCaption = "caption"
)

// tasksPerFile is what Label Studio imports at once without trouble.
const tasksPerFile = 5000

// task is one box in Label Studio's import format.
type task struct {
	Data        taskData     `json:"data"`
	Predictions []prediction `json:"predictions"`
}

type taskData struct {
	Image     string `json:"image"` // URL
	Question  string `json:"question"`
	Caption   string `json:"caption"`
	Judgement string `json:"judgement"` // id
	Stratum   string `json:"stratum"`
}

type prediction struct {
	ModelVersion string   `json:"model_version"`
	Score        float32  `json:"score"`
	Result       []region `json:"result"`
}

type region struct {
	ID             string         `json:"id"` // unique in the file
	Type           string         `json:"type"`
	From           string         `json:"from_name"`
	To             string         `json:"to_name"`
	OriginalWidth  int32          `json:"original_width,omitempty"`
	OriginalHeight int32          `json:"original_height,omitempty"`
	ImageRotation  *int           `json:"image_rotation,omitempty"`
	Value          map[string]any `json:"value"`
}

// taskOf returns the task of a judgement whose picture is at url.
func taskOf(j *verdict.Judgement, url string) task {
	return task{
		Data: taskData{
			Image:     url,
			Question:  fmt.Sprintf("Is this the box of “%s”?", inspect.Printable(j.Text)),
			Caption:   inspect.Printable(j.Caption),
			Judgement: j.ID(),
			Stratum:   j.Stratum,
		},
		Predictions: []prediction{{ModelVersion: "groundmill", Score: j.Score, Result: regions(j)}},
	}
}

func regions(j *verdict.Judgement) []region {
	out := []region{{
		ID: j.ID() + "-box", Type: "rectanglelabels", From: tagBox, To: tagImage,
		OriginalWidth: j.Width, OriginalHeight: j.Height, ImageRotation: new(int),
		Value: percent(j),
	}}
	if j.Caption == "" {
		return out
	}
	start, end := units(j)
	return append(out, region{
		ID: j.ID() + "-phrase", Type: "labels", From: tagPhrase, To: tagCaption,
		Value: map[string]any{"start": start, "end": end, "text": inspect.Printable(j.Text), "labels": []string{tagPhrase}},
	})
}

// percent is the box in Label Studio's units.
func percent(j *verdict.Judgement) map[string]any {
	b := j.SchemaBox()
	of := func(pixels float32, side int32) float64 { return 100 * float64(pixels) / float64(side) }
	return map[string]any{
		"x": of(b.X1, j.Width), "y": of(b.Y1, j.Height),
		"width": of(b.Width(), j.Width), "height": of(b.Height(), j.Height),
		"rotation": 0, "rectanglelabels": []string{tagBox},
	}
}

// units is the span in UTF-16 code units, of which browsers make strings. What
// Printable replaces has as many as what it puts there.
func units(j *verdict.Judgement) (start, end int) {
	runes := []rune(j.Caption) // the parser has proven that the span lies in it
	start = len(utf16.Encode(runes[:j.Start]))
	return start, start + len(utf16.Encode(runes[j.Start:j.End]))
}
