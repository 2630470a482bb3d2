package pipelines

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/faulty"
	"github.com/groundmill/groundmill/schema"
)

// TestCrashAnywhere lets a run die at each of its operations; the same request
// then ends with the same bytes.
func TestCrashAnywhere(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	req.Output = "mem://crash"
	stride := 1
	if testing.Short() {
		stride = 7
	}
	faulty.CrashEverywhere(t, "crash", stride, func(t *testing.T, store storage.Store) error {
		defer storage.Mount(store)()
		_, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 2}})
		return err
	})
}

// TestCrashWhileRedoing lets a run die that does units of a finished run again.
func TestCrashWhileRedoing(t *testing.T) {
	req := request(t, 3, fakeSpec{})
	req.Output = "mem://redo"
	redo := req
	redo.Redo = []int{0, 2}
	faulty.CrashEverywhere(t, "redo", 11, func(t *testing.T, store storage.Store) error {
		defer storage.Mount(store)()
		for _, r := range []Request{req, redo} {
			if _, err := Run(t.Context(), r, Options{Beam: BeamOptions{Lanes: 2}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestStorageFaults makes operations of the output fail once, several times or
// for ever: the run ends well or with an error that says so, and once the store
// is sound again the same request ends with the same bytes.
func TestStorageFaults(t *testing.T) {
	tests := []struct {
		name string
		rule faulty.Rule
		want error // nil if the run may end well
	}{
		{"disk full in a row", faulty.Rule{Op: faulty.Write, Path: "data/*", Effect: faulty.Fill, Bytes: 1000}, storage.ErrNoSpace},
		{"disk full in a summary", faulty.Rule{Op: faulty.Write, Path: "units/*", Nth: 2, Times: faulty.Forever, Err: syscall.ENOSPC}, storage.ErrNoSpace},
		{"disk full in the manifest", faulty.Rule{Op: faulty.Write, Path: schema.ManifestName, Err: syscall.ENOSPC}, storage.ErrNoSpace},
		{"disk full at the record", faulty.Rule{Op: faulty.Create, Path: schema.RunName, Err: syscall.ENOSPC}, storage.ErrNoSpace},
		{"read-only at the lock", faulty.Rule{Op: faulty.Lock, Err: syscall.EROFS}, storage.ErrReadOnly},
		{"permission lost", faulty.Rule{Op: faulty.Publish, Path: "rejects/*", Nth: 2, Times: faulty.Forever, Err: fs.ErrPermission}, fs.ErrPermission},
		{"short write", faulty.Rule{Op: faulty.Write, Path: "data/*", Nth: 2, Effect: faulty.Short}, faulty.ErrInjected},
		{"a publish fails", faulty.Rule{Op: faulty.Publish, Path: "units/*", Nth: 2}, faulty.ErrInjected},
		{"a publish is not acknowledged", faulty.Rule{Op: faulty.Publish, Path: "data/*", Effect: faulty.LostAck}, faulty.ErrInjected},
		{"a summary is not acknowledged", faulty.Rule{Op: faulty.Publish, Path: "units/*", Effect: faulty.LostAck, Nth: 2, Times: 2}, faulty.ErrInjected},
		{"the end is not acknowledged", faulty.Rule{Op: faulty.Publish, Path: schema.SuccessName, Effect: faulty.LostAck}, faulty.ErrInjected},
		{"the manifest is not acknowledged", faulty.Rule{Op: faulty.Publish, Path: schema.ManifestName, Effect: faulty.LostAck}, faulty.ErrInjected},
		{"a listing fails", faulty.Rule{Op: faulty.List, Nth: 2}, faulty.ErrInjected},
		{"a summary cannot be read", faulty.Rule{Op: faulty.Open, Path: "units/*", Nth: 3}, faulty.ErrInjected},
		{"a footer cannot be read", faulty.Rule{Op: faulty.ReadAt, Path: "data/*", Nth: 2}, faulty.ErrInjected},
		{"the sweep fails", faulty.Rule{Op: faulty.Sweep}, faulty.ErrInjected},
		{"the lock is not released", faulty.Rule{Op: faulty.Unlock}, faulty.ErrInjected},
	}
	smooth := request(t, 4, fakeSpec{})
	smooth.Output = "mem://smooth"
	memory := storage.NewMemory("smooth")
	defer storage.Mount(memory)()
	mustRun(t, smooth, Options{})
	want := faulty.Contents(t, memory)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			memory := storage.NewMemory("faults")
			store := faulty.New(memory, tt.rule)
			defer storage.Mount(store)()
			req := smooth
			req.Output = store.String()
			_, err := Run(t.Context(), req, Options{Beam: BeamOptions{Lanes: 2}})
			if !errors.Is(err, tt.want) || strings.Contains(fmt.Sprint(err), "panic") {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
			wantNoTemporaries(t, memory)
			store.SetRules()
			mustRun(t, req, Options{Beam: BeamOptions{Lanes: 2}})
			if diff := cmp.Diff(want, faulty.Contents(t, memory)); diff != "" {
				t.Errorf("files (-smooth +continued):\n%s", diff)
			}
		})
	}
}

func wantNoTemporaries(t *testing.T, store storage.Store) {
	t.Helper()
	files, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Temporary() {
			t.Errorf("%s is left", f.Name)
		}
	}
	if n := fakeActive.Load(); n != 0 {
		t.Errorf("%d units still run", n)
	}
}

// TestInputNames runs over inputs whose names are hard to handle.
func TestInputNames(t *testing.T) {
	names := []string{"a b", "#1", "100%", "k=v", "caf\u00e9", "cafe\u0301", "\u65e5\u672c", "q?&x", "a,b", "'q'", strings.Repeat("l", 251), "-of-", "x\ny"}
	sizes := map[string]int{}
	for i, name := range names {
		sizes[name+".tar"] = i + 1
	}
	plan, err := PlanFiles(t.Context(), writeFiles(t, sizes), ".tar")
	if err != nil {
		t.Fatal(err)
	}
	req := request(t, 1, fakeSpec{})
	req.Plan = plan
	req = req.with(t, fakeSpec{})
	manifest := mustRun(t, req, Options{Beam: BeamOptions{Lanes: 4}})
	if len(manifest.Units) != len(names) {
		t.Errorf("%d units, want %d", len(manifest.Units), len(names))
	}
	again, err := begun(t, req)
	if err != nil || again.State != StateComplete {
		t.Errorf("again: %s, %v", again.State, err)
	}
}
