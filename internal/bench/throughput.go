package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/internal/scene"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
	"github.com/groundmill/groundmill/teacher/raster"
)

// rounds is how often pipeline and bare loop take turns.
const rounds = 3

// throughput compares the pipeline with a loop that only runs the model.
func (b *bench) throughput(ctx context.Context) error {
	count := 2 * b.pairs // so that planning and commit weigh as little as in a long run
	b.section("Throughput", fmt.Sprintf(`%d scenes in four tars, with the bundled teacher on one thread and one run of the
model at a time, as if that core were a device. The bare loop grounds the same
batches, decoded and prepared beforehand, on a session of the same options; the
pipeline also reads, decodes, extracts, filters and writes, on the other core. Both
are timed without opening the model. They take turns %d times; medians.`, count, rounds))
	shards, err := b.writeScenes(ctx, "throughput", count, (count+3)/4)
	if err != nil {
		return err
	}
	batches, err := b.prepare(shards)
	if err != nil {
		return err
	}
	var bare, whole, ratios []float64
	for round := range rounds {
		loop, err := b.bareLoop(ctx, batches)
		if err != nil {
			return err
		}
		run, err := b.pipeline(ctx, shards, round)
		if err != nil {
			return err
		}
		bare, whole, ratios = append(bare, loop), append(whole, run), append(ratios, run/loop)
	}
	b.line("| | images/s |\n| --- | --- |")
	b.line("| bare loop | %.1f |\n| pipeline | %.1f |\n| pipeline / bare loop | **%.3f** |", median(bare), median(whole), median(ratios))
	return nil
}

// writeScenes writes count scenes below the work folder and returns that folder.
func (b *bench) writeScenes(ctx context.Context, name string, count, perShard int) (string, error) {
	sets, err := scene.OpenPictureSets("testdata/pictures", "noto", "fluent")
	if err != nil {
		return "", err
	}
	cfg := scene.Default()
	cfg.Seed = unseenSeed
	gen, err := scene.New(cfg, sets)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.work, name)
	return dir, gen.WriteShards(ctx, dir, scene.Range{Count: count}, scene.Output{PerShard: perShard})
}

// prepare makes the batches that the pipeline makes, tar by tar.
func (b *bench) prepare(dir string) (batches [][]teacher.Prepared, err error) {
	phrases, err := extract.New(extract.Options{})
	if err != nil {
		return nil, err
	}
	shards, err := filepath.Glob(filepath.Join(dir, "*.tar"))
	if err != nil {
		return nil, err
	}
	slices.Sort(shards)
	for _, shard := range shards {
		own := b.options()
		batcher := teacher.NewBatcher[teacher.Prepared](own.Batch, own.Window)
		err := readTar(shard, func(s webdataset.Sample) error {
			prepared, err := b.prepareSample(phrases, s)
			for _, p := range prepared {
				batches = append(batches, batcher.Add(p)...)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		batches = append(batches, batcher.Flush()...)
	}
	return batches, nil
}

// prepareSample does to a sample what the pipeline does before it grounds it.
func (b *bench) prepareSample(phrases *extract.Extractor, s webdataset.Sample) ([]teacher.Prepared, error) {
	gold, err := goldOf(s)
	if err != nil {
		return nil, err
	}
	img, err := raster.Decode(s.Find("jpg").Data, raster.Limits{})
	if err != nil {
		return nil, err
	}
	var spans []schema.ByteSpan
	for _, p := range phrases.Extract(gold.Caption) {
		spans = append(spans, p.Span)
	}
	if spans == nil {
		return nil, nil // a reject of the pipeline
	}
	text := teacher.Text{Caption: gold.Caption, Phrases: schema.RuneSpans(gold.Caption, spans)}
	return b.teacher.Prepare(teacher.Example{Image: img.RGB, Texts: []teacher.Text{text}})
}

// options are the teacher options of both contenders.
func (b *bench) options() annotate.TeacherOptions {
	o := annotate.Default().Teacher
	o.Model, o.Threads, o.InFlight = b.model, 1, 1
	return o
}

// bareLoop grounds the batches one after the other on a session of its own and
// returns its images/s.
func (b *bench) bareLoop(ctx context.Context, batches [][]teacher.Prepared) (rate float64, err error) {
	model, err := glip.Open(b.model, glip.Options{Session: ort.Options{IntraOpThreads: 1}})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, model.Close()) }()
	start, images := time.Now(), 0
	for _, batch := range batches {
		if _, err := model.Ground(ctx, batch); err != nil {
			return 0, err
		}
		images += len(batch)
	}
	return float64(images) / time.Since(start).Seconds(), nil
}

// pipeline labels the shards and returns its images/s from the first pair that it
// accounts for to _SUCCESS, which leaves out opening the model, as the bare loop
// does.
func (b *bench) pipeline(ctx context.Context, shards string, round int) (float64, error) {
	opts := annotate.Default()
	opts.Input.Shards = shards
	opts.Output.Dir = filepath.Join(b.work, fmt.Sprintf("labels-%d", round))
	opts.Teacher = b.options()
	defer os.RemoveAll(opts.Output.Dir)
	var begun time.Time
	var first, last int64
	observe := func(now pipelines.Progress) {
		if begun.IsZero() {
			begun, first = time.Now(), now.Records
		}
		last = now.Records
	}
	if _, err := annotate.Run(ctx, opts, annotate.RunOptions{Observe: observe}); err != nil {
		return 0, err
	}
	return float64(last-first) / time.Since(begun).Seconds(), nil
}

// readTar calls f for each sample of a tar.
func readTar(path string, f func(webdataset.Sample) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return readSamples(file, path, f)
}

func readSamples(r io.Reader, name string, f func(webdataset.Sample) error) error {
	for tar := webdataset.Open(r, name, webdataset.Limits{}); ; {
		sample, err := tar.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(sample); err != nil {
			return fmt.Errorf("%s: %w", sample.Key, err)
		}
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
