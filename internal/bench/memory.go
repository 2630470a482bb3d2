package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/groundmill/groundmill/internal/soak"
)

// Sizes of the runs with the synthetic teacher.
const (
	manyPerTar  = 1_000
	fewPairs    = 10 * manyPerTar
	bytesOfPair = 3_000 // on disk, of the input and the output of a run
)

// memoryRun is a run whose peak memory counts.
type memoryRun struct {
	teacher string // for people
	model   string
	shards  string
	pairs   int
	lanes   int
}

// memory compares the peak memory of runs with that of much larger ones.
func (b *bench) memory(ctx context.Context) error {
	small, large := b.pairs/4, b.pairs/4*10
	b.section("Memory", fmt.Sprintf(`Processes that run "runner annotate". The bundled teacher labels scenes, eight tars
a run. The synthetic teacher, which answers at once, labels images of about 400
bytes in tars of %d pairs: what remains is everything but the model. pairs/s is of
the whole process.`, manyPerTar))
	b.line("| teacher | pairs | lanes | pairs/s | peak memory, MiB | ratio |\n| --- | --- | --- | --- | --- | --- |")
	if err := b.memoryOfScenes(ctx, small, large); err != nil {
		return err
	}
	return b.memoryOfMany(ctx)
}

// memoryOfScenes is the comparison with a model in the process.
func (b *bench) memoryOfScenes(ctx context.Context, counts ...int) error {
	var first float64
	for _, count := range counts {
		shards, err := b.writeScenes(ctx, fmt.Sprintf("memory-%d", count), count, (count+7)/8)
		if err != nil {
			return err
		}
		if err := b.peak(ctx, memoryRun{"bundled", b.model, shards, count, 4}, &first); err != nil {
			return err
		}
	}
	return nil
}

// memoryOfMany is the comparison over many pairs, as many as the disk has room
// for.
func (b *bench) memoryOfMany(ctx context.Context) error {
	many, err := b.room(b.many)
	if err != nil {
		return err
	}
	var first float64
	for count := fewPairs; count <= many; count = nextCount(count, many) {
		shards := filepath.Join(b.work, "many")
		if err := (soak.Pairs{}).WriteTars(shards, slices.Repeat([]int{manyPerTar}, count/manyPerTar)...); err != nil {
			return err
		}
		err := b.peak(ctx, memoryRun{"synthetic", "synthetic:", shards, count, 2}, &first)
		if err := errors.Join(err, os.RemoveAll(shards)); err != nil {
			return err
		}
	}
	return nil
}

// nextCount goes up in tens to the last, which counts more than its neighbours.
func nextCount(count, last int) int {
	if count == last || count*10 <= last {
		return count * 10
	}
	return last
}

// room returns how many pairs, of those wanted, the disk of the work folder has
// room for, in whole tars and with as much left free.
func (b *bench) room(wanted int) (int, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(b.work, &disk); err != nil {
		return 0, fmt.Errorf("%s: %w", b.work, err)
	}
	free := int64(disk.Bavail) * disk.Bsize / 2 / bytesOfPair
	pairs := int(min(int64(wanted), free)) / manyPerTar * manyPerTar
	if pairs < wanted {
		fmt.Fprintf(os.Stderr, "bench: %s has room for %d pairs only\n", b.work, pairs)
	}
	return pairs, nil
}

// peak measures a run and writes its line; first is the peak of the first of its
// kind, which the others are compared with.
func (b *bench) peak(ctx context.Context, run memoryRun, first *float64) error {
	out := filepath.Join(b.work, "memory-out")
	defer os.RemoveAll(out)
	used, err := measure(ctx, b.runner, "annotate", "--quiet", "--set", "input.shards="+run.shards, "--set", "output.dir="+out,
		"--set", "teacher.model="+run.model, "--set", fmt.Sprintf("beam.lanes=%d", run.lanes))
	if err != nil {
		return err
	}
	peak := mebibytes(used.peak)
	if *first == 0 {
		*first = peak
	}
	b.line("| %s | %d | %d | %.0f | %.0f | **%.2f** |", run.teacher, run.pairs, run.lanes,
		float64(run.pairs)/used.wall.Seconds(), peak, peak / *first)
	return nil
}
