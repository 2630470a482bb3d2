package audit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/faulty"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/audit"
	"github.com/groundmill/groundmill/schema"
)

// TestCrashes lets the process die at every operation of a run and starts it again:
// the files are those of a smooth run, and so is the page.
func TestCrashes(t *testing.T) {
	memory := storage.NewMemory("labels")
	defer storage.Mount(memory)()
	writeSource(t, memory.String(), 2)
	req := audit.Request{Source: memory.String(), Parts: "mem://parts", PerStratum: 1, ToolVersion: "test"}
	want := localPage(t, req)
	faulty.CrashEverywhere(t, "parts", 1, func(t *testing.T, store storage.Store) error {
		defer storage.Mount(store)()
		page, err := pageOfParts(t.Context(), t, req, options(1))
		if err == nil && page != want {
			t.Error("the page is another")
		}
		return err
	})
}

// TestSourceFails reads the source from a store that fails: once is forgiven, for
// ever leaves the unit out.
func TestSourceFails(t *testing.T) {
	memory := storage.NewMemory("flaky")
	req := request(t, memory.String())
	unmount := storage.Mount(memory)
	writeSource(t, memory.String(), 2)
	wantPage(t, req, options(1))
	unmount()
	smooth := files(t, req.Parts)
	const data, rejects = "data/train-00000-*", "rejects/train-00000-*"
	for _, rule := range []faulty.Rule{
		{Op: faulty.Open, Path: data}, {Op: faulty.ReadAt, Path: data}, {Op: faulty.Open, Path: rejects}, {Op: faulty.Read, Path: rejects},
	} {
		rule.Times, rule.Err = 1, syscall.EIO
		again := request(t, memory.String())
		if err := runFrom(t, faulty.New(memory, rule), again); err != nil {
			t.Errorf("one failed %s of %s: %v", rule.Op, rule.Path, err)
		}
		if diff := cmp.Diff(smooth, files(t, again.Parts)); diff != "" {
			t.Errorf("after one failed %s of %s (-smooth +these):\n%.1000s", rule.Op, rule.Path, diff)
		}
		rule.Times = faulty.Forever
		err := runFrom(t, faulty.New(memory, rule), request(t, memory.String()))
		var incomplete *pipelines.IncompleteError
		if !errors.As(err, &incomplete) || errors.Is(err, pipelines.ErrFormat) || !strings.Contains(err.Error(), "train-00000") {
			t.Errorf("%s of %s fails for ever: error is %v", rule.Op, rule.Path, err)
		}
	}
}

func runFrom(t *testing.T, source storage.Store, req audit.Request) error {
	t.Helper()
	defer storage.Mount(source)()
	_, err := audit.Run(t.Context(), req, options(1))
	return err
}

// TestDamagedSource leaves a unit out that is not what it should be; once it is
// mended the run ends as a smooth one.
func TestDamagedSource(t *testing.T) {
	dir := source(t, 3)
	for _, name := range []string{schema.FileName(schema.KindData, "train", 1, 3), schema.FileName(schema.KindRejects, "train", 1, 3)} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, len(good)), 0o644); err != nil {
			t.Fatal(err)
		}
		req := request(t, dir)
		_, err = audit.Run(t.Context(), req, options(2))
		var incomplete *pipelines.IncompleteError
		if !errors.As(err, &incomplete) || len(incomplete.Failed) != 1 || !errors.Is(err, pipelines.ErrFormat) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is damaged: error is %v", name, err)
		}
		if err := os.WriteFile(path, good, 0o644); err != nil {
			t.Fatal(err)
		}
		wantPage(t, req, options(2))
	}
}

// TestDamagedParts finds a part that is gone, cut off or changed, and counts it
// again.
func TestDamagedParts(t *testing.T) {
	dir := source(t, 2)
	req := request(t, dir)
	wantPage(t, req, options(1))
	smooth := files(t, req.Parts)
	path := filepath.Join(req.Parts, "audit", "part-00001-of-00002.json.zst")
	for name, damage := range map[string]func(data []byte) error{
		"gone":    func([]byte) error { return os.Remove(path) },
		"cut off": func(data []byte) error { return os.WriteFile(path, data[:9], 0o644) },
	} {
		if err := damage([]byte(smooth["audit/part-00001-of-00002.json.zst"])); err != nil {
			t.Fatal(err)
		}
		wantPage(t, req, options(1))
		if diff := cmp.Diff(smooth, files(t, req.Parts)); diff != "" {
			t.Errorf("%s (-smooth +mended):\n%.1000s", name, diff)
		}
	}
	flipped := []byte(smooth["audit/part-00001-of-00002.json.zst"])
	flipped[len(flipped)/2] ^= 1
	if err := os.WriteFile(path, flipped, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := pageOfParts(t.Context(), t, req, options(1)); err == nil || !strings.Contains(err.Error(), "part-00001-of-00002.json.zst: it is not what the manifest lists") {
		t.Errorf("a flipped bit: error is %v", err)
	}
	req.Redo = []int{1}
	wantPage(t, req, options(1))
}

// TestCancelled cancels a run after some rows; it ends with the cause and continues.
func TestCancelled(t *testing.T) {
	dir := source(t, 4)
	stopped := errors.New("stopped by a signal")
	for after := range int64(3) {
		req := request(t, dir)
		ctx, cancel := context.WithCancelCause(t.Context())
		opts := options(1)
		opts.Observe = func(p pipelines.Progress) {
			if p.Records > 50*after {
				cancel(stopped)
			}
		}
		if _, err := audit.Run(ctx, req, opts); !errors.Is(err, stopped) {
			t.Errorf("cancelled after %d records: error is %v", 50*after, err)
		}
		cancel(nil)
		wantPage(t, req, options(1))
	}
}
