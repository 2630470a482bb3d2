package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// memory compares the peak memory of a run with that of one ten times as large.
func (b *bench) memory(ctx context.Context) error {
	small, large := b.pairs/4, b.pairs/4*10
	b.section("Memory", fmt.Sprintf(`Processes that run "runner annotate" over %d and %d scenes, eight tars each, four
lanes.`, small, large))
	b.line("| scenes | peak memory, MiB |\n| --- | --- |")
	var peaks []float64
	for _, count := range []int{small, large} {
		shards, err := b.writeScenes(ctx, fmt.Sprintf("memory-%d", count), count, (count+7)/8)
		if err != nil {
			return err
		}
		used, err := measure(ctx, b.runner, "annotate", "--quiet", "--set", "input.shards="+shards,
			"--set", "output.dir="+filepath.Join(b.work, fmt.Sprintf("memory-out-%d", count)),
			"--set", "teacher.model="+b.model, "--set", "beam.lanes=4")
		if err != nil {
			return err
		}
		peaks = append(peaks, mebibytes(used.peak))
		b.line("| %d | %.0f |", count, mebibytes(used.peak))
	}
	b.line("| ratio | **%.2f** |", peaks[1]/peaks[0])
	return nil
}
