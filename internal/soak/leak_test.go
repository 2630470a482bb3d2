package soak

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/faulty"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/annotate"
)

// leakRuns is how often each kind of run is repeated.
const leakRuns = 3

// TestLeaks repeats runs that end well and runs that do not: they leave no
// goroutine, no open file and no temporary file.
func TestLeaks(t *testing.T) {
	tests := []struct {
		name  string
		label func(t *testing.T, o annotate.Options) error
		ended func(err error) bool
	}{
		{"complete", label, func(err error) bool { return err == nil }},
		{"refused", labelAgain, is[*pipelines.MismatchError]},
		{"cancelled", labelUntilCancelled, func(err error) bool { return errors.Is(err, errCancelled) }},
		{"stopped", labelUntilStopped, is[*pipelines.StoppedError]},
		{"disk full", labelOntoFullDisk, func(err error) bool { return errors.Is(err, storage.ErrNoSpace) }},
		{"too many rejects", labelStrictly, is[*pipelines.BudgetError]},
		{"input gone", labelWhatGoes, is[*pipelines.IncompleteError]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			temporary := t.TempDir()
			run := func() {
				o := options(t, Pairs{Varied: true}, 20, 20, 20)
				o.Beam.Lanes = 3
				t.Setenv("TMPDIR", temporary)
				if err := tt.label(t, o); !tt.ended(err) {
					t.Fatalf("error is %v", err)
				}
				if left := readFolder(t, o.Output.Dir).hidden(); len(left) > 0 {
					t.Errorf("%q are left", left)
				}
			}
			run() // starts what Beam keeps for the process
			files, goroutines := openFiles(t), goleak.IgnoreCurrent()
			for range leakRuns {
				run()
			}
			if err := goleak.Find(goroutines); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(files, openFiles(t)); diff != "" {
				t.Errorf("number of open files (-before +after):\n%s", diff)
			}
			if left := readFolder(t, temporary); len(left) > 0 {
				t.Errorf("temporary files: %v", left)
			}
		})
	}
}

// openFiles counts the open files of this process, where the system tells.
func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Logf("open files are not counted: %v", err)
	}
	return len(entries)
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func label(t *testing.T, o annotate.Options) error {
	_, err := annotate.Run(t.Context(), o, annotate.RunOptions{})
	return err
}

// labelAgain asks for other batches in a finished folder.
func labelAgain(t *testing.T, o annotate.Options) error {
	if err := label(t, o); err != nil {
		return err
	}
	o.Teacher.Batch++
	return label(t, o)
}

var errCancelled = errors.New("cancelled by the test")

func labelUntilCancelled(t *testing.T, o annotate.Options) error {
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := annotate.Run(ctx, o, annotate.RunOptions{Observe: func(now pipelines.Progress) {
		if now.Records >= 30 {
			cancel(errCancelled)
		}
	}})
	return err
}

func labelUntilStopped(t *testing.T, o annotate.Options) error {
	stop := make(chan struct{})
	close(stop)
	_, err := annotate.Run(t.Context(), o, annotate.RunOptions{Stop: stop})
	return err
}

// fullDisk is a disk as memory stores are mounted.
type fullDisk struct{ storage.Store }

func (fullDisk) String() string { return "mem://full-disk" }

func labelOntoFullDisk(t *testing.T, o annotate.Options) error {
	store, err := storage.Open(o.Output.Dir)
	if err != nil {
		return err
	}
	full := faulty.New(store, faulty.Rule{Op: faulty.Write, Path: "data/*", Nth: 2, Times: faulty.Forever, Err: storage.Explain(syscall.ENOSPC)})
	disk := fullDisk{full}
	defer storage.Mount(disk)()
	o.Output.Dir = disk.String()
	return label(t, o)
}

func labelStrictly(t *testing.T, o annotate.Options) error {
	o.Limits.MaxRejectRatio, o.Limits.MinRecords = 0.01, 10
	return label(t, o)
}

// labelWhatGoes loses an input when the run begins.
func labelWhatGoes(t *testing.T, o annotate.Options) error {
	now := make(chan time.Time)
	close(now)
	_, err := annotate.Run(t.Context(), o, annotate.RunOptions{
		Begin: func(s *pipelines.Status) {
			if err := os.Remove(filepath.FromSlash(s.Units[1].Path)); err != nil {
				t.Error(err)
			}
		},
		After: func(time.Duration) <-chan time.Time { return now },
	})
	return err
}
