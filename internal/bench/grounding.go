package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/groundmill/groundmill/internal/scene"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/raster"
)

// unseenSeed makes scenes that no training run used: teacher/tiny trains on
// small seeds.
const unseenSeed = 2026_11_23

// evaluation is how well a teacher grounds the gold phrases of scenes.
type evaluation struct {
	scenes             int
	present            int // phrases that name something in the picture
	hit, hit75         int // of them, whose best box has an IoU of 0.5 or 0.75 with a true one
	presentAboveHalf   int
	absent             int // phrases that name nothing in the picture
	absentAboveHalf    int
	truePositives      int // boxes above 0.5 that match a true one, each true one once
	boxes, truthsTotal int
}

// evaluate grounds count unseen scenes of the given picture sets with the code
// that annotate uses, JPEG decoding included, from gold phrases.
func evaluate(ctx context.Context, t teacher.Teacher, pictures string, count int, sets ...string) (*evaluation, error) {
	opened, err := scene.OpenPictureSets(filepath.Join(pictures, "pictures"), sets...)
	if err != nil {
		return nil, err
	}
	cfg := scene.Default()
	cfg.Seed = unseenSeed
	cfg.Canvases = []scene.Canvas{{Width: scene.Span{Min: 256, Max: 256}, Height: scene.Span{Min: 256, Max: 256}}}
	gen, err := scene.New(cfg, opened)
	if err != nil {
		return nil, err
	}
	pipe, w := io.Pipe()
	go func() { w.CloseWithError(gen.WriteTar(ctx, w, scene.Range{Count: count}, scene.Output{})) }()
	defer pipe.Close()
	e := &evaluation{}
	return e, readSamples(pipe, "scenes", func(s webdataset.Sample) error { return e.sample(ctx, t, s) })
}

// goldOf decodes what the generator says of a scene.
func goldOf(s webdataset.Sample) (gold scene.Sample, err error) {
	return gold, json.Unmarshal(s.Find("json").Data, &gold)
}

func (e *evaluation) sample(ctx context.Context, t teacher.Teacher, s webdataset.Sample) error {
	gold, err := goldOf(s)
	if err != nil {
		return err
	}
	img, err := raster.Decode(s.Find("jpg").Data, raster.Limits{})
	if err != nil {
		return err
	}
	text := teacher.Text{Caption: gold.Caption}
	for _, p := range gold.Phrases {
		text.Phrases = append(text.Phrases, schema.Span{Start: int32(p.Start), End: int32(p.End)})
	}
	prepared, err := t.Prepare(teacher.Example{Image: img.RGB, Texts: []teacher.Text{text}})
	if err != nil {
		return err
	}
	out, err := t.Ground(ctx, prepared)
	if err != nil {
		return err
	}
	if out[0].Err != nil {
		return out[0].Err
	}
	e.scenes++
	for i, p := range gold.Phrases {
		e.phrase(p, out[0].Phrases[i])
	}
	return nil
}

func (e *evaluation) phrase(gold scene.Phrase, g teacher.Grounding) {
	above := g.Best > 0.5
	if len(gold.Boxes) == 0 {
		e.absent++
		e.absentAboveHalf += one(above)
		e.boxes += len(confident(g.Boxes))
		return
	}
	e.present++
	e.presentAboveHalf += one(above)
	if len(g.Boxes) > 0 {
		e.hit += one(bestIoU(g.Boxes[0].Box, gold.Boxes) >= 0.5)
		e.hit75 += one(bestIoU(g.Boxes[0].Box, gold.Boxes) >= 0.75)
	}
	e.boxes += len(confident(g.Boxes))
	e.truthsTotal += len(gold.Boxes)
	e.truePositives += matches(confident(g.Boxes), gold.Boxes)
}

// confident returns the boxes, which are by falling score, above 0.5.
func confident(boxes []schema.ScoredBox) []schema.ScoredBox {
	n := slices.IndexFunc(boxes, func(b schema.ScoredBox) bool { return b.Score <= 0.5 })
	if n < 0 {
		return boxes
	}
	return boxes[:n]
}

// matches counts the boxes that hit a truth that no better box has hit.
func matches(boxes []schema.ScoredBox, truths []scene.Box) (n int) {
	left := slices.Clone(truths)
	for _, b := range boxes {
		i := slices.IndexFunc(left, func(t scene.Box) bool { return b.IoU(exact(t)) >= 0.5 })
		if i >= 0 {
			left = slices.Delete(left, i, i+1)
			n++
		}
	}
	return n
}

func bestIoU(b schema.Box, truths []scene.Box) (best float32) {
	for _, t := range truths {
		best = max(best, b.IoU(exact(t)))
	}
	return best
}

func exact(b scene.Box) schema.Box {
	return schema.Box{X1: float32(b[0]), Y1: float32(b[1]), X2: float32(b[2]), Y2: float32(b[3])}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// row is the evaluation as a line of a Markdown table.
func (e *evaluation) row(name string) string {
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	return fmt.Sprintf("| %s | %d | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |", name, e.scenes, e.present+e.absent,
		percent(e.hit, e.present), percent(e.hit75, e.present), percent(e.presentAboveHalf, e.present),
		percent(e.absentAboveHalf, e.absent), percent(e.truePositives, e.boxes), percent(e.truePositives, e.truthsTotal))
}
