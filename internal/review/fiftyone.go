package review

import (
	_ "embed" // of the loader

	"github.com/groundmill/groundmill/internal/verdict"
)

// loader is the script that loads what fiftyoneSamples writes.
//
//go:embed load_fiftyone.py
var loader []byte

// sample is an image with its boxes, as FiftyOne's Sample.to_dict writes it.
type sample struct {
	Path       string     `json:"filepath"`
	Tags       []string   `json:"tags"`
	SHA256     string     `json:"image_sha256"`
	Detections detections `json:"detections"`
}

type detections struct {
	Class      string      `json:"_cls"`
	Detections []detection `json:"detections"`
}

type detection struct {
	Class     string     `json:"_cls"`
	Label     string     `json:"label"`
	Box       [4]float64 `json:"bounding_box"` // x, y, width, height in [0, 1]
	Score     float32    `json:"confidence"`
	Judgement string     `json:"judgement"`
	Key       string     `json:"key"`
	Caption   string     `json:"caption"`
	Stratum   string     `json:"stratum"`
	Weight    float64    `json:"weight"`
	Verdict   string     `json:"verdict"`
}

// fiftyoneSamples groups judgements by image, in the order of the first of each.
func fiftyoneSamples(judgements []*verdict.Judgement, path func(*verdict.Judgement) string) []*sample {
	byImage := map[string]*sample{}
	out := []*sample{}
	for _, j := range judgements {
		s := byImage[j.ImageSHA256]
		if s == nil {
			s = &sample{Path: path(j), Tags: []string{}, SHA256: j.ImageSHA256, Detections: detections{Class: "Detections"}}
			byImage[j.ImageSHA256] = s
			out = append(out, s)
		}
		s.Detections.Detections = append(s.Detections.Detections, detectionOf(j))
	}
	return out
}

func detectionOf(j *verdict.Judgement) detection {
	b, w, h := j.SchemaBox(), float64(j.Width), float64(j.Height)
	return detection{
		Class: "Detection", Label: j.Text, Score: j.Score,
		Box:       [4]float64{float64(b.X1) / w, float64(b.Y1) / h, float64(b.Width()) / w, float64(b.Height()) / h},
		Judgement: j.ID(), Key: j.Key, Caption: j.Caption, Stratum: j.Stratum, Weight: j.Weight, Verdict: string(j.Verdict),
	}
}
