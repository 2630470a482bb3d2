package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/pipelines/refilter"
	"github.com/groundmill/groundmill/pipelines/sourcetest"
	"github.com/groundmill/groundmill/schema"
)

// Sizes of the refilter section.
const (
	refilterUnits = 100
	refilterSlow  = 10 // units of the row-by-row loop
	refilterCores = 2
)

// shm is where Linux keeps files in memory.
const shm = "/dev/shm"

// refilter measures how fast other rules are applied to a raw store.
func (b *bench) refilter(ctx context.Context) error {
	b.section("Other rules over a raw store", fmt.Sprintf(`%d raw files of %d rows of the bench shape (package rowtest: 3 to 4 phrases, about 9 boxes
a row), filtered on %d processors from file to file: planning, Beam, digests of all that
is read and written, commit. On a disk each unit also waits until its two files are safe
there (fsync); in memory (%s) nothing waits, which is what the processors can do. The loop
beside it reads, filters and writes the same rows one by one on as many processors, with
nothing around it. They take turns %d times; medians.`, refilterUnits, unitRows, refilterCores, shm, rounds))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(refilterCores))
	b.line("| rules | files | column by column, rows/s | processor time a row, ns | row by row, rows/s | ratio |\n| --- | --- | --- | --- | --- | --- |")
	if err := b.refilterIn(ctx, b.work, "on disk"); err != nil {
		return err
	}
	memory, err := os.MkdirTemp(shm, "groundmill-bench-*")
	if errors.Is(err, fs.ErrNotExist) {
		b.line("\nThis system has no %s.", shm)
		return nil
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(memory)
	return b.refilterIn(ctx, memory, "in memory")
}

// refilterIn measures in a folder.
func (b *bench) refilterIn(ctx context.Context, folder, where string) error {
	source := filepath.Join(folder, "raw-store")
	if err := (sourcetest.Set{Kind: schema.KindRaw, Units: refilterUnits, Rows: unitRows}).Write(ctx, source); err != nil {
		return err
	}
	defer os.RemoveAll(source)
	for _, set := range []struct {
		name  string
		rules filter.Config
	}{
		{"boxes: the default rules", filter.Default()},
		{"phrases: the same with `drop_flags: [name]`", dropping(schema.FlagName)},
	} {
		if err := b.refilterRules(ctx, source, set.name+" | "+where, set.rules); err != nil {
			return err
		}
	}
	return nil
}

// dropping returns the default rules with a flag to drop.
func dropping(flag string) filter.Config {
	rules := filter.Default()
	rules.DropFlags = []string{flag}
	return rules
}

// refilterRules measures one set of rules and writes its line; name has its first
// columns.
func (b *bench) refilterRules(ctx context.Context, source, name string, rules filter.Config) error {
	var rates, costs, slow, ratios []float64
	for range rounds {
		rate, cost, err := b.refilterRun(ctx, source, rules)
		if err != nil {
			return err
		}
		loop, err := b.rowByRow(ctx, source, rules)
		if err != nil {
			return err
		}
		rates, costs, slow, ratios = append(rates, rate), append(costs, cost), append(slow, loop), append(ratios, rate/loop)
	}
	b.line("| %s | **%s** | %.0f | %s | %.1f |", name, thousands(median(rates)), median(costs), thousands(median(slow)), median(ratios))
	return nil
}

// refilterRun runs the job and returns its rows/s and its nanoseconds of processor
// time a row.
func (b *bench) refilterRun(ctx context.Context, source string, rules filter.Config) (rate, cost float64, err error) {
	opts := refilter.Default()
	opts.Filter, opts.Output.Dir = rules, filepath.Join(filepath.Dir(source), "refiltered")
	defer os.RemoveAll(opts.Output.Dir)
	start, used := time.Now(), processorTime()
	m, err := refilter.Run(ctx, source, opts, refilter.RunOptions{})
	if err != nil {
		return 0, 0, err
	}
	rows := float64(m.Totals.Rows)
	return rows / time.Since(start).Seconds(), float64(processorTime()-used) / rows, nil
}

// rowByRow filters the first units with readers and writers of rows, as many at
// once as there are processors, and returns the rows/s.
func (b *bench) rowByRow(ctx context.Context, source string, rules filter.Config) (float64, error) {
	f, err := filter.New(rules)
	if err != nil {
		return 0, err
	}
	dir := filepath.Join(filepath.Dir(source), "row-by-row")
	if err := os.Mkdir(dir, 0o777); err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	group, _ := errgroup.WithContext(ctx)
	group.SetLimit(refilterCores)
	start := time.Now()
	for i := range refilterSlow {
		raw := filepath.Join(source, schema.FileName(schema.KindRaw, "train", i, refilterUnits))
		group.Go(func() error { return filterRows(f, raw, filepath.Join(dir, fmt.Sprint(i))) })
	}
	err = group.Wait()
	return refilterSlow * unitRows / time.Since(start).Seconds(), err
}

// filterRows filters one file row by row.
func filterRows(f *filter.Filter, raw, output string) error {
	in, err := schema.OpenFile(raw)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(output)
	if err != nil {
		return err
	}
	defer out.Close()
	w, err := schema.NewWriter(out, in.Metadata(), schema.WriterOptions{})
	if err != nil {
		return err
	}
	for row, err := range in.Rows() {
		if err != nil {
			return err
		}
		row.Phrases, _ = f.Apply(int(row.Width), int(row.Height), row.Phrases)
		if err := w.Write(row); err != nil {
			return err
		}
	}
	_, err = w.Close()
	return err
}
