package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
	"github.com/groundmill/groundmill/schema"
)

// Size of the metamorphic runs: enough pairs for several row groups where rows
// have images.
const (
	metamorphicRuns  = 20
	metamorphicPairs = 320
)

// TestMetamorphic labels the same pairs under random configurations: cuts into
// tars, batches, windows and row groups change no row; and of each configuration,
// lanes, workers, batches in flight, processors and interruptions change no byte.
func TestMetamorphic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rng := draw(t)
	pairs := Pairs{Seed: rng.Uint64(), Varied: true}
	plain := labels(t, mustLabel(t, options(t, pairs, metamorphicPairs)))
	if len(plain.rows) < metamorphicPairs/2 || len(plain.rejects) < metamorphicPairs/16 {
		t.Fatalf("%d pairs gave %d rows and %d rejects", metamorphicPairs, len(plain.rows), len(plain.rejects))
	}
	runs := metamorphicRuns
	if testing.Short() {
		runs /= 4
	}
	for range runs {
		opts := options(t, pairs, Cut(rng, metamorphicPairs, 1+rng.IntN(12))...)
		vary := describe(&opts, rng)
		hurry(&opts, rng)
		smooth := mustLabel(t, opts)
		if diff := cmp.Diff(plain, labels(t, smooth), cmp.AllowUnexported(outcome{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: rows (-plain +varied):\n%s", vary, diff)
		}
		again := opts
		again.Output.Dir = filepath.Join(t.TempDir(), "again")
		how := hurry(&again, rng) + interrupt(t, again, rng)
		mustLabel(t, again)
		if diff := cmp.Diff(readFolder(t, smooth), readFolder(t, again.Output.Dir), cmp.AllowUnexported(content{})); diff != "" {
			t.Fatalf("%s; again with %s: files (-first +again):\n%s", vary, how, diff)
		}
	}
}

// options labels pairs, cut into tars of these sizes, with the synthetic teacher.
func options(t *testing.T, pairs Pairs, sizes ...int) annotate.Options {
	t.Helper()
	opts := annotate.Default()
	opts.Input.Shards = filepath.Join(t.TempDir(), "in")
	if err := pairs.WriteTars(opts.Input.Shards, sizes...); err != nil {
		t.Fatal(err)
	}
	opts.Teacher.Model = "synthetic:"
	opts.Output.Dir = filepath.Join(t.TempDir(), "out")
	return opts
}

// describe draws what may change bytes, but no row, and says what it drew.
func describe(o *annotate.Options, rng *rand.Rand) string {
	o.Teacher.Batch = 1 + rng.IntN(9)
	o.Teacher.Window = o.Teacher.Batch + rng.IntN(80)
	o.Output.EmbedImages = rng.IntN(2) == 0 // row groups of 100 rows instead of 40,960
	o.Teacher.Model = fmt.Sprintf("synthetic:stride=%d", 16<<rng.IntN(5))
	return fmt.Sprintf("batch %d, window %d, images %v, %s", o.Teacher.Batch, o.Teacher.Window, o.Output.EmbedImages, o.Teacher.Model)
}

// hurry draws what may change no byte, and says what it drew.
func hurry(o *annotate.Options, rng *rand.Rand) string {
	runtime.GOMAXPROCS(1 + rng.IntN(4))
	o.Beam.Lanes = 1 + rng.IntN(8)
	o.Teacher.InFlight, o.Teacher.Workers, o.Teacher.Threads = rng.IntN(6), rng.IntN(6), rng.IntN(3)
	return fmt.Sprintf("%d lanes, %d in flight, %d workers, %d threads, %d processors", o.Beam.Lanes, o.Teacher.InFlight,
		o.Teacher.Workers, o.Teacher.Threads, runtime.GOMAXPROCS(0))
}

// interrupt cancels or stops a run at some record, or does nothing.
func interrupt(t *testing.T, o annotate.Options, rng *rand.Rand) string {
	t.Helper()
	last := int64(rng.IntN(2 * metamorphicPairs))
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	stop, cause := make(chan struct{}), errors.New("interrupted by the test")
	kindly := rng.IntN(2) == 0
	_, err := annotate.Run(ctx, o, annotate.RunOptions{Stop: stop, Observe: func(now pipelines.Progress) {
		switch {
		case now.Records < last:
		case !kindly:
			cancel(cause)
		case now.Active > 0 && !closed(stop):
			close(stop)
		}
	}})
	var stopped *pipelines.StoppedError
	if err != nil && !errors.Is(err, cause) && !errors.As(err, &stopped) {
		t.Fatal(err)
	}
	return fmt.Sprintf(", interrupted after %d records: %v", last, err)
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// mustLabel runs to the end and returns the output folder.
func mustLabel(t *testing.T, o annotate.Options) string {
	t.Helper()
	if _, err := annotate.Run(t.Context(), o, annotate.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	return o.Output.Dir
}

// outcome is what a run says of its records, wherever they are in its input.
type outcome struct {
	rows, raw []*schema.Row
	rejects   []string
}

// labels reads the outcome of a run, sorted by key.
func labels(t *testing.T, dir string) outcome {
	t.Helper()
	store, err := storage.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	for _, f := range files {
		switch kind, _, _, _, _ := schema.ParseFileName(f.Name); kind {
		case schema.KindData:
			o.rows = append(o.rows, rowsOf(t, store, f.Name)...)
		case schema.KindRaw:
			o.raw = append(o.raw, rowsOf(t, store, f.Name)...)
		case schema.KindRejects:
			o.rejects = append(o.rejects, rejectsOf(t, store, f.Name)...)
		}
	}
	byKey := func(a, b *schema.Row) int { return strings.Compare(a.Key, b.Key) }
	slices.SortFunc(o.rows, byKey)
	slices.SortFunc(o.raw, byKey)
	slices.Sort(o.rejects)
	return o
}

// rowsOf reads rows and forgets where they were in the input, and their images.
func rowsOf(t *testing.T, store storage.Store, name string) (rows []*schema.Row) {
	t.Helper()
	file, err := store.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := schema.NewReader(file, file.Size())
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		row.Source, row.Image = schema.Source{}, nil
		rows = append(rows, row)
	}
	return rows
}

// rejectsOf reads which records were rejected, and why.
func rejectsOf(t *testing.T, store storage.Store, name string) (rejects []string) {
	t.Helper()
	data, err := storage.ReadFile(t.Context(), store, name)
	if err != nil {
		t.Fatal(err)
	}
	for reject, err := range schema.ReadRejects(strings.NewReader(string(data))) {
		if err != nil {
			t.Fatal(err)
		}
		rejects = append(rejects, fmt.Sprintf("%s: %s", reject.Key, reject.Reason))
	}
	return rejects
}
