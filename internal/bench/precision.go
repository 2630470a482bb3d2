package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// precision compares the bundled teacher in float32 and in float16.
func (b *bench) precision(ctx context.Context) error {
	count := max(1, b.scenes/2)
	b.section("Precision", fmt.Sprintf(`The bundled teacher, imported with --precision fp32 and fp16, on %d of the scenes
above (Noto, Fluent). On a processor fp16 saves space, not time: there is no
arithmetic for it.`, count))
	b.line("| precision | MiB | scenes | phrases | R@1 | R@1 (.75) | present > 0.5 | absent > 0.5 | precision | recall |")
	b.line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, p := range glip.Precisions {
		path := filepath.Join(b.work, string(p)+".onnx")
		e, err := evaluatePrecision(ctx, "testdata", path, p, count)
		if err != nil {
			return err
		}
		b.line("%s", e.row(fmt.Sprintf("%s | %.1f", p, fileSize(path))))
	}
	return nil
}

// evaluatePrecision imports the bundled teacher to path and evaluates it on
// scenes of the kind that it was trained on.
func evaluatePrecision(ctx context.Context, testdata, path string, p glip.Precision, count int) (e *evaluation, err error) {
	options := glip.ImportOptions{Checkpoint: filepath.Join(testdata, "tiny.pth"), Output: path, Precision: p}
	if _, err := glip.Import(ctx, options); err != nil {
		return nil, err
	}
	model, err := glip.Open(path, glip.Options{Session: ort.Options{IntraOpThreads: 1}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, model.Close()) }()
	return evaluate(ctx, model, testdata, count, "noto", "fluent")
}
