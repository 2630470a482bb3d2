package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines"
)

// TestRunError guards the exit statuses of the harness's errors.
func TestRunError(t *testing.T) {
	refused := func(err error) error { return &pipelines.RefusedError{Err: err} }
	tests := []struct {
		name string
		err  error
		want exitStatus
	}{
		{"none", nil, exitOK},
		{"any", errors.New("oops"), exitFailed},
		{"refused", refused(errors.New("wrong")), exitUsage},
		{"in use", refused(&storage.LockedError{Location: "out"}), exitUsage},
		{"an input that is forbidden", refused(fs.ErrPermission), exitUsage},
		{"stopped", &pipelines.StoppedError{}, exitStopped},
		{"unreadable", &pipelines.IncompleteError{Failed: []pipelines.Quarantined{{Err: fs.ErrPermission}}}, exitIncomplete},
		{"rejects", &pipelines.BudgetError{}, exitRejects},
		{"full", fmt.Errorf("unit 3: %w", storage.ErrNoSpace), exitStorage},
		{"read-only", fmt.Errorf("output: %w", storage.ErrReadOnly), exitStorage},
		{"forbidden", fmt.Errorf("output: %w", fs.ErrPermission), exitStorage},
	}
	for _, tt := range tests {
		if got := status(t.Context(), runError(tt.err)); got != int(tt.want) {
			t.Errorf("%s: exit status %d, want %d", tt.name, got, tt.want)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if got := status(stopped, runError(refused(context.Canceled))); got != int(exitInterrupted) {
		t.Errorf("cancelled: exit status %d, want %d", got, exitInterrupted)
	}
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// TestSignals sends a run one signal, or two: the status says which, and the same
// command continues.
func TestSignals(t *testing.T) {
	for signals, want := range map[int]exitStatus{1: exitStopped, 2: exitInterrupted} {
		t.Run(fmt.Sprint(signals), func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "out")
			args := func(model string) []string {
				return []string{"annotate", "--set", "input.shards=" + filepath.Join("..", "..", "testdata", "demo"),
					"--set", "output.dir=" + out, "--set", "teacher.model=" + model, "--set", "beam.lanes=1", "--set", "teacher.in_flight=1"}
			}
			var stdout, stderr lockedBuffer
			ctx, breaks := newInterrupts(t.Context())
			done := make(chan int)
			go func() { done <- run(ctx, breaks, args("synthetic:latency=20ms"), &stdout, &stderr) }()
			waitForFile(t, filepath.Join(out, "units"))
			for n := 1; n <= signals; n++ {
				if ended := breaks.signal(); ended != (n == 2) {
					t.Errorf("signal %d ended the context: %v", n, ended)
				}
			}
			if got := <-done; got != int(want) {
				t.Errorf("exit status %d, want %d; it said %s", got, want, stderr.String())
			}
			if signals == 1 && !strings.Contains(stderr.String(), "stopping after the units in flight (1)") {
				t.Errorf("it said %s", stderr.String())
			}
			if _, err := os.Stat(filepath.Join(out, "_SUCCESS")); err == nil {
				t.Error("there is a _SUCCESS")
			}
			if got := run(t.Context(), new(interrupts), args("synthetic:"), &stdout, &stderr); got != int(exitOK) {
				t.Errorf("continued with exit status %d; it said %s", got, stderr.String())
			}
		})
	}
}

// waitForFile gives the run the processor until a file is there.
func waitForFile(t *testing.T, path string) {
	t.Helper()
	for t.Context().Err() == nil {
		if _, err := os.Stat(path); err == nil {
			return
		}
		runtime.Gosched()
	}
}
