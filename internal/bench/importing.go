package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// importing measures the import of checkpoints, each in a process of its own.
func (b *bench) importing(ctx context.Context) error {
	b.section("Import", `A process that runs "runner teacher import": the bundled teacher, and the
reference checkpoints when they are beside the repository.`)
	b.line("| checkpoint | MiB | seconds | peak memory, MiB |")
	b.line("| --- | --- | --- | --- |")
	for _, path := range []string{"testdata/tiny.pth", "../shared/data/glip/glip-mini.pth", b.fullSize} {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		used, err := measure(ctx, b.runner, "teacher", "import", path, "-o", filepath.Join(b.work, "import.onnx"))
		if err != nil {
			return err
		}
		b.line("| %s | %.1f | %.2f | %.0f |", filepath.Base(path), fileSize(path), used.wall.Seconds(), mebibytes(used.peak))
	}
	return nil
}

// grounding measures the bundled teacher's quality.
func (b *bench) grounding(ctx context.Context) error {
	b.section("Grounding", fmt.Sprintf(`The bundled teacher on %d unseen 256x256 scenes a line, gold phrases, through the
code that annotate uses. R@1: share of the phrases that name something in the
picture whose best box has an IoU of at least 0.5 (0.75) with a true one. Absent:
phrases that name nothing in the picture. Precision and recall count boxes with
a score above 0.5.`, b.scenes))
	b.line("| picture sets | scenes | phrases | R@1 | R@1 (.75) | present > 0.5 | absent > 0.5 | precision | recall |")
	b.line("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, sets := range []struct {
		name string
		sets []string
	}{{"seen in training (Noto, Fluent)", []string{"noto", "fluent"}}, {"never seen (Twemoji)", []string{"twemoji"}}} {
		e, err := evaluate(ctx, b.teacher, "testdata", b.scenes, sets.sets...)
		if err != nil {
			return err
		}
		b.line("%s", e.row(sets.name))
	}
	return nil
}
