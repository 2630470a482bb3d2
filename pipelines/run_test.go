package pipelines

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
)

func TestRunIsTheSameOnAnyNumberOfLanes(t *testing.T) {
	var want map[string]string
	for _, lanes := range []int{0, 1, 4, 8} {
		req := request(t, 11, fakeSpec{})
		manifest := mustRun(t, req, Options{Beam: BeamOptions{Lanes: lanes}})
		if manifest.Totals.Records != 66 || len(manifest.Units) != 11 || len(manifest.Files) != 22 {
			t.Errorf("%d lanes: totals are %+v of %d units, %d files", lanes, manifest.Totals, len(manifest.Units), len(manifest.Files))
		}
		got := contents(t, req.Output)
		if len(got) != 3*11+3 {
			t.Errorf("%d lanes: %d files", lanes, len(got))
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d lanes (-first +this):\n%s", lanes, diff)
		}
	}
}

func TestRunWritesTheEndMarks(t *testing.T) {
	req := request(t, 2, fakeSpec{})
	returned := mustRun(t, req, Options{})
	files := contents(t, req.Output)
	stored, err := schema.ParseManifest([]byte(files[schema.ManifestName]))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(returned, stored, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("manifest (-returned +stored):\n%s", diff)
	}
	var success schema.Success
	if err := json.Unmarshal([]byte(files[schema.SuccessName]), &success); err != nil {
		t.Fatal(err)
	}
	want := schema.Success{SchemaVersion: schema.Version, Files: 4, Records: 3, Rejects: 3}
	if diff := cmp.Diff(want, success); diff != "" {
		t.Errorf("_SUCCESS (-want +got):\n%s", diff)
	}
}

func TestRunObserves(t *testing.T) {
	var last Progress
	most := 0
	mustRun(t, request(t, 4, fakeSpec{}), Options{Beam: BeamOptions{Lanes: 4}, Observe: func(p Progress) {
		last, most = p, max(most, p.Active)
	}})
	want := Progress{Records: 10, Rows: 2, Rejects: 8, Bytes: 10, Units: 4, TotalBytes: 10, TotalUnits: 4}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("last progress (-want +got):\n%s", diff)
	}
	if most < 1 || most > 4 {
		t.Errorf("%d units were active", most)
	}
}

func TestRunFailures(t *testing.T) {
	tests := []struct {
		name string
		spec fakeSpec
		want string
	}{
		{"a unit fails", fakeSpec{Fail: map[int]string{2: "no space left"}}, "unit 2 (00002.tar): no space left"},
		{"a unit fails and others hang", fakeSpec{Fail: map[int]string{0: "broken"}, Hang: map[int]bool{1: true, 2: true}}, "unit 0 (00000.tar): broken"},
		{"a unit panics", fakeSpec{Panic: map[int]bool{1: true}}, "unit 1 (00001.tar): panic: out of cheese"},
		{"a unit miscounts", fakeSpec{Lie: map[int]bool{3: true}}, ErrAccounting.Error()},
		{"the job cannot be opened", fakeSpec{NoOpen: "model is missing"}, "model is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 5, tt.spec)
			_, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 3}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
			wantUnfinished(t, req.Output)
		})
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	stopped := errors.New("stopped by a signal")
	t.Run("during a unit", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		req := request(t, 5, fakeSpec{Hang: map[int]bool{1: true}})
		observe := func(p Progress) {
			if p.Units == 2 { // 0 and 2; 1 hangs
				cancel(stopped)
			}
		}
		if _, err := Run(ctx, req, Options{Beam: BeamOptions{Lanes: 3}, Observe: observe}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("after the last unit", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		req := request(t, 1, fakeSpec{})
		observe := func(p Progress) {
			if p.Units == 1 {
				cancel(stopped)
			}
		}
		if _, err := Run(ctx, req, Options{Observe: observe}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("before the start", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		req := request(t, 3, fakeSpec{})
		if _, err := Run(ctx, req, Options{}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("by a deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		req := request(t, 3, fakeSpec{Hang: map[int]bool{0: true}})
		if _, err := Run(ctx, req, Options{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want the deadline", err)
		}
		wantUnfinished(t, req.Output)
	})
}

func TestRunRefusesRequests(t *testing.T) {
	good := request(t, 1, fakeSpec{})
	for name, change := range map[string]func(*Request){
		"no units":       func(r *Request) { r.Plan = Plan{} },
		"unknown job":    func(r *Request) { r.Job = "fraud" },
		"no output":      func(r *Request) { r.Output = "" },
		"other store":    func(r *Request) { r.Output = "ftp://host/out" },
		"no such unit":   func(r *Request) { r.Redo = []int{1} },
		"redo and retry": func(r *Request) { r.Redo, r.Retry = []int{0}, []schema.Reason{schema.ReasonNoPhrases} },
	} {
		req := good
		change(&req)
		_, err := Run(t.Context(), req, Options{})
		var refused *RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("%s: error is %v, want a refusal", name, err)
		}
		wantUnfinished(t, good.Output)
	}
	if _, err := Run(t.Context(), good, Options{Beam: BeamOptions{Runner: "no-such-runner"}}); err == nil {
		t.Error("unknown runner: accepted")
	}
}

// TestRunLeaksNothing runs many pipelines in one process, good ones and others.
func TestRunLeaksNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	run := func() {
		mustRun(t, request(t, 2, fakeSpec{}), Options{Beam: BeamOptions{Lanes: 2}})
		req := request(t, 4, fakeSpec{Fail: map[int]string{1: "broken"}, Hang: map[int]bool{2: true}, Gone: map[int]bool{0: true}})
		if _, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 4}}); err == nil {
			t.Error("a failing unit went unnoticed")
		}
		wantUnfinished(t, req.Output)
	}
	run()
	before, files := runtime.NumGoroutine(), openFiles(t)
	const runs = 10
	for range runs {
		run()
	}
	waitFor(t, func() bool { return runtime.NumGoroutine() < before+runs/2 })
	if now := openFiles(t); now > files+runs/2 {
		t.Errorf("%d files are open, %d were before", now, files)
	}
	for name := range contents(t, temp) {
		t.Errorf("temporary file %s is left", name)
	}
	if n := fakeOpen.Load(); n != 0 {
		t.Errorf("%d jobs are still open", n)
	}
}

// openFiles counts the process's open files, 0 where the system does not tell.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// waitFor gives goroutines that are ending the chance to do so.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for range 1_000_000 {
		if ok() {
			return
		}
		runtime.Gosched()
	}
	buf := make([]byte, 1<<16)
	t.Errorf("goroutines leak:\n%s", buf[:runtime.Stack(buf, true)])
}
