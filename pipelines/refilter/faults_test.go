package refilter_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/faulty"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/refilter"
)

func sha256Of(data string) string {
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:])
}

// wantRefusal wants a run to be refused and to have left no output.
func wantRefusal(t *testing.T, source string, opts refilter.Options, want string) {
	t.Helper()
	_, err := run(t.Context(), source, opts)
	var refused *pipelines.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
		t.Errorf("error is %v, want a refusal with %q", err, want)
	}
	if _, err := os.Stat(opts.Output.Dir); err == nil && !strings.HasPrefix(opts.Output.Dir, source) {
		t.Errorf("there is an output folder %s", opts.Output.Dir)
	}
}

// TestDamagedRaw flips a bit of a raw file at many places. Each is found; the
// other units are done, and with the file mended the run ends as it should.
func TestDamagedRaw(t *testing.T) {
	source := label(t, tars(t, 2), lenient, nil)
	smooth := options(t, filter.Default())
	mustRun(t, source, smooth)
	path := filepath.Join(source, "raw", "train-00001-of-00002.parquet")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(good); at += max(len(good)/9, 1) {
		bad := append([]byte(nil), good...)
		bad[at] ^= 1 << (at % 8)
		writeFile(t, path, bad)
		opts := options(t, filter.Default())
		_, err := run(t.Context(), source, opts)
		var incomplete *pipelines.IncompleteError
		if !errors.As(err, &incomplete) || len(incomplete.Failed) != 1 || !strings.Contains(err.Error(), "--redo 1") {
			t.Fatalf("a flipped bit at %d: error is %v", at, err)
		}
		writeFile(t, path, good)
		mustRun(t, source, opts)
		if names := unlike(contents(t, smooth.Output.Dir), contents(t, opts.Output.Dir)); names != nil {
			t.Errorf("after a flipped bit at %d these files differ: %v", at, names)
		}
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSwappedRaw puts another unit's raw file in the place of one.
func TestSwappedRaw(t *testing.T) {
	source := filepath.Join(t.TempDir(), "source")
	copyFolder(t, label(t, tars(t, 2), lenient, nil), source)
	a, b := filepath.Join(source, "raw", "train-00000-of-00002.parquet"), filepath.Join(source, "raw", "train-00001-of-00002.parquet")
	data, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, b, data)
	wantRefusal(t, source, options(t, filter.Default()), "raw/train-00001-of-00002.parquet has")
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// inMemory copies a folder into a store in memory.
func inMemory(t *testing.T, dir, name string) *storage.Memory {
	t.Helper()
	store := storage.NewMemory(name)
	for path, data := range contents(t, dir) {
		if err := storage.WriteFile(t.Context(), store, path, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

// TestCrashes lets the process die at every operation of a run and starts it
// again: the files are those of a smooth run.
func TestCrashes(t *testing.T) {
	source := inMemory(t, label(t, tars(t, 2), lenient, nil), "source")
	defer storage.Mount(source)()
	opts := options(t, filter.Default())
	opts.Output.Dir, opts.Beam.Lanes = "mem://out", 1
	faulty.CrashEverywhere(t, "out", 5, func(t *testing.T, store storage.Store) error {
		defer storage.Mount(store)()
		_, err := run(t.Context(), source.String(), opts)
		return err
	})
}

// TestSourceFails reads the source from a store that fails: once is forgiven,
// for ever leaves the unit out.
func TestSourceFails(t *testing.T) {
	memory := inMemory(t, label(t, tars(t, 2), lenient, nil), "flaky")
	smooth := options(t, filter.Default())
	mustRunStore(t, memory, smooth)
	for _, op := range []faulty.Op{faulty.Open, faulty.Read} {
		rule := faulty.Rule{Op: op, Path: "raw/train-00000-*", Times: 1, Err: syscall.EIO}
		opts := options(t, filter.Default())
		mustRunStore(t, faulty.New(memory, rule), opts)
		if names := unlike(contents(t, smooth.Output.Dir), contents(t, opts.Output.Dir)); names != nil {
			t.Errorf("after one failed %s these files differ: %v", op, names)
		}
		rule.Times = faulty.Forever
		var incomplete *pipelines.IncompleteError
		if err := runStore(t, faulty.New(memory, rule), options(t, filter.Default())); !errors.As(err, &incomplete) {
			t.Errorf("%s fails for ever: error is %v", op, err)
		}
	}
}

// TestOutputFails writes to a store that fails: the run stops with the cause, and
// goes on when the store works again.
func TestOutputFails(t *testing.T) {
	source := label(t, tars(t, 2), lenient, nil)
	smooth := options(t, filter.Default())
	mustRun(t, source, smooth)
	for _, rule := range []faulty.Rule{
		{Op: faulty.Create, Path: "data/*", Nth: 2, Err: syscall.EACCES},
		{Op: faulty.Write, Path: "data/*", Err: syscall.ENOSPC},
		{Op: faulty.Write, Path: "data/*", Effect: faulty.Fill, Bytes: 3000},
		{Op: faulty.Publish, Path: "data/*", Effect: faulty.LostAck, Err: syscall.EIO},
	} {
		memory := storage.NewMemory("out")
		store := faulty.New(memory, rule)
		unmount := storage.Mount(store)
		opts := options(t, filter.Default())
		opts.Output.Dir = memory.String()
		_, err := run(t.Context(), source, opts)
		if err == nil || rule.Err != nil && !errors.Is(err, rule.Err) {
			t.Errorf("%+v: error is %v", rule, err)
		}
		store.SetRules()
		if _, err := run(t.Context(), source, opts); err != nil {
			t.Errorf("%+v, then none: %v", rule, err)
		}
		unmount()
		if names := unlike(contents(t, smooth.Output.Dir), faulty.Contents(t, memory)); names != nil {
			t.Errorf("%+v: these files differ: %v", rule, names)
		}
	}
}

// TestCancelled cancels a run: it ends with the cause and continues.
func TestCancelled(t *testing.T) {
	source := label(t, tars(t, 4), lenient, nil)
	smooth := options(t, filter.Default())
	mustRun(t, source, smooth)
	stopped := errors.New("stopped by a signal")
	for after := range int64(4) {
		ctx, cancel := context.WithCancelCause(t.Context())
		opts := options(t, filter.Default())
		opts.Beam.Lanes = 1
		_, err := refilter.Run(ctx, source, opts, refilter.RunOptions{ToolVersion: toolVersion, Observe: func(p pipelines.Progress) {
			if p.Records > after*20 {
				cancel(stopped)
			}
		}})
		cancel(nil)
		if !errors.Is(err, stopped) {
			t.Errorf("cancelled after %d records: error is %v", after*20, err)
		}
		mustRun(t, source, opts)
		if names := unlike(contents(t, smooth.Output.Dir), contents(t, opts.Output.Dir)); names != nil {
			t.Errorf("cancelled after %d records: these files differ: %v", after*20, names)
		}
	}
}

// runStore runs the job with a store as the source.
func runStore(t *testing.T, source storage.Store, opts refilter.Options) error {
	t.Helper()
	defer storage.Mount(source)()
	_, err := run(t.Context(), source.String(), opts)
	return err
}

func mustRunStore(t *testing.T, source storage.Store, opts refilter.Options) {
	t.Helper()
	if err := runStore(t, source, opts); err != nil {
		t.Fatal(err)
	}
}
