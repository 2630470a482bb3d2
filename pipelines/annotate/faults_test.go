package annotate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/synthetic"
)

// faultyTeacher is a synthetic teacher with some methods replaced.
type faultyTeacher struct {
	*synthetic.Teacher
	prepare func(ex teacher.Example) ([]teacher.Prepared, error)
	ground  func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error)
}

func (f *faultyTeacher) Prepare(ex teacher.Example) ([]teacher.Prepared, error) {
	if f.prepare != nil {
		return f.prepare(ex)
	}
	return f.Teacher.Prepare(ex)
}

func (f *faultyTeacher) Ground(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
	if f.ground != nil {
		return f.ground(ctx, batch)
	}
	return f.Teacher.Ground(ctx, batch)
}

// runUnit runs one tar through the job without Beam.
func runUnit(ctx context.Context, t *testing.T, opts Options, model teacher.Teacher, store storage.Store, tar []byte) (schema.UnitSummary, error) {
	t.Helper()
	j, err := newJob(spec{Options: opts}, model)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "00000.tar")
	if err := os.WriteFile(path, tar, 0o644); err != nil {
		t.Fatal(err)
	}
	unit := pipelines.Unit{Of: 1, Name: "00000.tar", Path: path, Bytes: int64(len(tar))}
	return j.RunUnit(ctx, pipelines.Task{Unit: unit, Store: store, Report: func(pipelines.Progress) {}})
}

func openStore(t *testing.T) (storage.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	store, err := storage.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store, dir
}

// TestPrepareFailuresAreRejects fails every third example in a different way.
func TestPrepareFailuresAreRejects(t *testing.T) {
	good := synthetic.New(synthetic.Options{})
	nth := func(ex teacher.Example) int { return int(ex.Image.Pix[2]) / 31 % 3 } // blue of picture()
	model := &faultyTeacher{Teacher: good, prepare: func(ex teacher.Example) ([]teacher.Prepared, error) {
		switch nth(ex) {
		case 0:
			panic("index out of range")
		case 1:
			return nil, fmt.Errorf("%w: caption has no tokens", teacher.ErrExample)
		}
		return good.Prepare(ex)
	}}
	store, dir := openStore(t)
	summary, err := runUnit(t.Context(), t, testOptions(t, "x"), model, store, tarOf(t, pairs(24)...))
	if err != nil {
		t.Fatal(err)
	}
	if summary.Records != 24 || summary.Rows == 0 || summary.Rejects[schema.ReasonTeacherFailed] != 24-summary.Rows || summary.Rows > 12 {
		t.Errorf("counts are %+v", summary.Counts)
	}
	rejects := rejectsOf(t, filepath.Join(dir, "rejects", "train-00000-of-00001.jsonl"))
	for i := 1; i < len(rejects); i++ {
		if rejects[i].Source.Index <= rejects[i-1].Source.Index {
			t.Errorf("rejects are out of order at %d", i)
		}
	}
}

// TestBadAnswersAreRejects lets the teacher answer one image of each batch with
// nonsense.
func TestBadAnswersAreRejects(t *testing.T) {
	good := synthetic.New(synthetic.Options{})
	nan := float32(math.NaN())
	model := &faultyTeacher{Teacher: good, ground: func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
		out, err := good.Ground(ctx, batch)
		out[0].Phrases[0] = teacher.Grounding{Best: nan}
		return out, err
	}}
	opts := testOptions(t, "x")
	opts.Teacher.Batch = 1
	store, _ := openStore(t)
	summary, err := runUnit(t.Context(), t, opts, model, store, tarOf(t, pairs(5)...))
	if err != nil {
		t.Fatal(err)
	}
	if summary.Rejects[schema.ReasonTeacherFailed] != 5 || summary.Rows != 0 {
		t.Errorf("counts are %+v", summary.Counts)
	}
}

// TestCancelledUnit cancels at many points of the work.
func TestCancelledUnit(t *testing.T) {
	stopped := errors.New("stopped by a signal")
	tar := tarOf(t, pairs(40)...)
	for after := range 10 {
		ctx, cancel := context.WithCancelCause(t.Context())
		var calls atomic.Int64
		good := synthetic.New(synthetic.Options{})
		model := &faultyTeacher{Teacher: good, ground: func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
			if calls.Add(1) == int64(after) {
				cancel(stopped)
			}
			return good.Ground(ctx, batch)
		}}
		if after == 0 {
			cancel(stopped)
		}
		store, dir := openStore(t)
		opts := testOptions(t, "x")
		opts.Teacher.Batch, opts.Teacher.Window, opts.Teacher.Workers = 2, 4, 1
		if _, err := runUnit(ctx, t, opts, model, store, tar); !errors.Is(err, stopped) {
			t.Errorf("cancelled at batch %d: error is %v, want the cause", after, err)
		}
		if left := digests(t, dir); len(left) > 0 {
			t.Errorf("cancelled at batch %d: left %v", after, left)
		}
		cancel(nil)
	}
}

// fullStore has room for so many bytes in all.
type fullStore struct {
	storage.Store
	room *atomic.Int64
}

type fullFile struct {
	storage.File
	room *atomic.Int64
}

func (s fullStore) Create(ctx context.Context, name string) (storage.File, error) {
	f, err := s.Store.Create(ctx, name)
	return fullFile{f, s.room}, err
}

func (f fullFile) Write(p []byte) (int, error) {
	if f.room.Add(-int64(len(p))) < 0 {
		return 0, syscall.ENOSPC
	}
	return f.File.Write(p)
}

// TestDiskFull runs out of space after each possible amount.
func TestDiskFull(t *testing.T) {
	tar := tarOf(t, pairs(20)...)
	model := synthetic.New(synthetic.Options{})
	for _, room := range []int64{0, 100, 2_000, 10_000, 12_000, 15_000, 1 << 20} {
		inner, dir := openStore(t)
		store := fullStore{inner, new(atomic.Int64)}
		store.room.Store(room)
		_, err := runUnit(t.Context(), t, testOptions(t, "x"), model, store, tar)
		left := digests(t, dir)
		switch {
		case err == nil && len(left) == 3: // it fitted
		case errors.Is(err, syscall.ENOSPC) && len(left) == 0:
		default:
			t.Errorf("room for %d bytes: error is %v, files %v", room, err, left)
		}
	}
}

// TestMemoryBound counts how many samples are between Prepare and the writer
// while the oldest one is held up.
func TestMemoryBound(t *testing.T) {
	opts := testOptions(t, "x")
	opts.Teacher.Batch, opts.Teacher.Window, opts.Teacher.InFlight, opts.Teacher.Workers = 2, 8, 2, 2
	good := synthetic.New(synthetic.Options{})
	var prepared, grounded atomic.Int64
	release := make(chan struct{})
	var first atomic.Bool
	model := &faultyTeacher{
		Teacher: good,
		prepare: func(ex teacher.Example) ([]teacher.Prepared, error) {
			prepared.Add(1)
			return good.Prepare(ex)
		},
		ground: func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
			if !first.Swap(true) {
				<-release // the first batch takes as long as all others that may overtake it
			} else if grounded.Add(int64(len(batch))) >= int64(opts.Teacher.Window) {
				select {
				case <-release:
				default:
					close(release)
				}
			}
			return good.Ground(ctx, batch)
		},
	}
	var most int64
	watch := func(rows int64) {
		most = max(most, prepared.Load()-rows)
	}
	store, _ := openStore(t)
	j, err := newJob(spec{Options: opts}, model)
	if err != nil {
		t.Fatal(err)
	}
	tar := tarOf(t, pairs(300)...)
	path := filepath.Join(t.TempDir(), "00000.tar")
	if err := os.WriteFile(path, tar, 0o644); err != nil {
		t.Fatal(err)
	}
	var rows int64
	unit := pipelines.Unit{Of: 1, Name: "00000.tar", Path: path, Bytes: int64(len(tar))}
	_, err = j.RunUnit(t.Context(), pipelines.Task{Unit: unit, Store: store, Report: func(p pipelines.Progress) {
		watch(rows)
		rows += p.Records
	}})
	if err != nil {
		t.Fatal(err)
	}
	if limit := int64(opts.Teacher.permits()); most > limit || most < int64(opts.Teacher.Window) {
		t.Errorf("%d samples were in memory, the limit is %d", most, limit)
	}
}

func TestRunFailsWithTheModel(t *testing.T) {
	opts := testOptions(t, shards(t, tarOf(t, pairs(1)...)))
	opts.Teacher.Model = filepath.Join(t.TempDir(), "none.onnx")
	opts.Teacher.Library = filepath.Join(t.TempDir(), "none.so")
	if _, err := Run(t.Context(), opts, RunOptions{}); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %v, want one line", err)
	}
	if diff := cmp.Diff(map[string]string{}, digests(t, opts.Output.Dir)); diff != "" {
		t.Errorf("files were written: %s", diff)
	}
}

func TestCancelledRun(t *testing.T) {
	stopped := errors.New("stopped by a signal")
	ctx, cancel := context.WithCancelCause(t.Context())
	opts := testOptions(t, shards(t, tarOf(t, pairs(30)...), tarOf(t, pairs(30)...), tarOf(t, pairs(30)...)))
	opts.Beam.Lanes = 2
	_, err := Run(ctx, opts, RunOptions{Observe: func(p pipelines.Progress) {
		if p.Records == 70 {
			cancel(stopped)
		}
	}})
	if !errors.Is(err, stopped) {
		t.Errorf("error is %v, want the cause", err)
	}
	wantNoEnd(t, opts.Output.Dir)
}
