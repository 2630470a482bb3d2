package annotate

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/guard"
	"github.com/groundmill/groundmill/teacher/synthetic"
)

// TestBrokenTeacherFailsTheUnit breaks the teacher for good, which must not be
// taken for bad records.
func TestBrokenTeacherFailsTheUnit(t *testing.T) {
	broken := errors.New("device lost")
	good := synthetic.New(synthetic.Options{})
	tests := []struct {
		name   string
		ground func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error)
		want   string
	}{
		{"error", func(context.Context, []teacher.Prepared) ([]teacher.Answer, error) { return nil, broken }, "device lost"},
		{"panic", func(context.Context, []teacher.Prepared) ([]teacher.Answer, error) { panic("nil session") }, "nil session"},
		{"no answers", func(context.Context, []teacher.Prepared) ([]teacher.Answer, error) { return nil, nil }, "0 answers"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int64
			model := &faultyTeacher{Teacher: good, ground: func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
				if calls.Add(1) < 4 {
					return good.Ground(ctx, batch)
				}
				return tt.ground(ctx, batch)
			}}
			store, dir := openStore(t)
			before := runtime.NumGoroutine()
			_, err := runUnit(t.Context(), t, testOptions(t, "x"), model, store, tarOf(t, pairs(50)...))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "sample") {
				t.Errorf("error is %v, want %q and the sample", err, tt.want)
			}
			if left := digests(t, dir); len(left) > 0 {
				t.Errorf("the failed unit left %v", left)
			}
			for range 100_000 { // the last ones may still be returning
				if runtime.NumGoroutine() <= before {
					return
				}
				runtime.Gosched()
			}
			t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		})
	}
}

// failsFor is a teacher whose runs fail when they hold the text.
func failsFor(caption string, how func() error) teacher.Teacher {
	good := synthetic.New(synthetic.Options{})
	type marked struct{ teacher.Prepared }
	return &faultyTeacher{
		Teacher: good,
		prepare: func(ex teacher.Example) ([]teacher.Prepared, error) {
			out, err := good.Prepare(ex)
			for i := range out {
				if ex.Texts[i].Caption == caption {
					out[i] = marked{out[i]}
				}
			}
			return out, err
		},
		ground: func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
			for _, p := range batch {
				if _, ok := p.(marked); ok {
					return nil, how()
				}
			}
			return good.Ground(ctx, batch)
		},
	}
}

// TestPoisonRecordIsAReject lets one record of many make its batch fail. All
// others get the answers of a run without failures.
func TestPoisonRecordIsAReject(t *testing.T) {
	const poison = "a poisonous frog"
	samples := pairs(40)
	samples[17] = captioned(17, "a red fox", poison, "an old dog")
	tar := tarOf(t, samples...)
	data := filepath.FromSlash(schema.FileName(schema.KindData, "train", 0, 1))
	rejects := filepath.FromSlash(schema.FileName(schema.KindRejects, "train", 0, 1))
	store, dir := openStore(t)
	if _, err := runUnit(t.Context(), t, testOptions(t, "x"), synthetic.New(synthetic.Options{}), store, tar); err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, filepath.Join(dir, data))
	want = append(want[:18:18], want[19:]...)
	for name, how := range map[string]func() error{
		"error":         func() error { return errors.New("Non-zero status code\nwhile running Gather") },
		"panic":         func() error { panic("index out of range") },
		"out of memory": func() error { return fmt.Errorf("%w: arena", teacher.ErrOutOfMemory) },
	} {
		t.Run(name, func(t *testing.T) {
			store, dir := openStore(t)
			if _, err := runUnit(t.Context(), t, testOptions(t, "x"), failsFor(poison, how), store, tar); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, rowsOf(t, filepath.Join(dir, data))); diff != "" {
				t.Errorf("rows (-without failures +got):\n%s", diff)
			}
			got := rejectsOf(t, filepath.Join(dir, rejects))
			if len(got) != 1 || got[0].Key != "000000017#1" || got[0].Reason != schema.ReasonTeacherFailed || strings.Contains(got[0].Detail, "\n") {
				t.Errorf("rejects are %+v", got)
			}
		})
	}
}

// TestOutOfMemoryChangesNoRow halves every batch of more than one.
func TestOutOfMemoryChangesNoRow(t *testing.T) {
	good := synthetic.New(synthetic.Options{})
	small := &faultyTeacher{Teacher: good, ground: func(ctx context.Context, batch []teacher.Prepared) ([]teacher.Answer, error) {
		if len(batch) > 1 {
			return nil, fmt.Errorf("%w: %d examples", teacher.ErrOutOfMemory, len(batch))
		}
		return good.Ground(ctx, batch)
	}}
	tar := tarOf(t, pairs(30)...)
	var files []map[string]string
	for _, model := range []teacher.Teacher{good, small} {
		store, dir := openStore(t)
		if _, err := runUnit(t.Context(), t, testOptions(t, "x"), model, store, tar); err != nil {
			t.Fatal(err)
		}
		files = append(files, digests(t, dir))
	}
	if diff := cmp.Diff(files[0], files[1]); diff != "" {
		t.Errorf("files (-enough memory +too little):\n%s", diff)
	}
}

func TestFailureLogTellsOnce(t *testing.T) {
	var got []string
	log := failureLog{warn: func(message string, args ...any) {
		got = append(got, strings.TrimSpace(fmt.Sprintln(append([]any{message}, args...)...)))
	}}
	wide, tall := teacher.Shape{Height: 800, Width: 1333}, teacher.Shape{Height: 1333, Width: 800}
	failure := errors.New("no\nmemory")
	for _, e := range []guard.Event{
		{Kind: guard.Split, Shape: wide, Size: 8, Err: failure},
		{Kind: guard.Split, Shape: wide, Size: 4, Err: failure},
		{Kind: guard.Limited, Shape: wide, Size: 4, Err: failure},
		{Kind: guard.Limited, Shape: wide, Size: 2, Err: failure},
		{Kind: guard.Split, Shape: tall, Size: 8, Err: failure},
		{Kind: guard.Rejected, Shape: tall, Size: 1, Err: failure},
		{Kind: guard.Rejected, Shape: tall, Size: 1, Err: failure},
	} {
		log.observe(e)
	}
	want := []string{
		"a run of the teacher failed; its halves are run instead shape 1333x800 batch 8 error no memory",
		"batches of this shape are limited from now on shape 1333x800 batch 4",
		"batches of this shape are limited from now on shape 1333x800 batch 2",
		"a run of the teacher failed; its halves are run instead shape 800x1333 batch 8 error no memory",
		"the teacher fails on a pair alone, which becomes a reject shape 800x1333 error no memory",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
