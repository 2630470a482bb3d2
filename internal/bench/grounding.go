package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/groundmill/groundmill/internal/evaluate/gold"
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
	scenes int
	counts gold.Counts
}

// claimed is the score above which a box or a phrase counts as found.
const claimed = 0.5

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
func goldOf(s webdataset.Sample) (truth scene.Sample, err error) {
	return truth, json.Unmarshal(s.Find("json").Data, &truth)
}

func (e *evaluation) sample(ctx context.Context, t teacher.Teacher, s webdataset.Sample) error {
	truth, err := goldOf(s)
	if err != nil {
		return err
	}
	img, err := raster.Decode(s.Find("jpg").Data, raster.Limits{})
	if err != nil {
		return err
	}
	text := teacher.Text{Caption: truth.Caption}
	for _, p := range truth.Phrases {
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
	for i, p := range truth.Phrases {
		g := out[0].Phrases[i]
		e.counts.Add(gold.Count(exact(p.Boxes), g.Boxes, g.Best, claimed))
	}
	return nil
}

func exact(boxes []scene.Box) (out []schema.Box) {
	for _, b := range boxes {
		out = append(out, schema.Box{X1: float32(b[0]), Y1: float32(b[1]), X2: float32(b[2]), Y2: float32(b[3])})
	}
	return out
}

// row is the evaluation as a line of a Markdown table.
func (e *evaluation) row(name string) string {
	c := e.counts
	percent := func(n, of int32) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	return fmt.Sprintf("| %s | %d | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |", name, e.scenes, c.Present+c.Absent,
		percent(c.Hit, c.Present), percent(c.Hit75, c.Present), percent(c.PresentAbove, c.Present),
		percent(c.AbsentAbove, c.Absent), percent(c.Matched, c.Boxes), percent(c.Matched, c.Truths))
}
