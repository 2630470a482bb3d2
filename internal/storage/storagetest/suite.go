// Package storagetest is the conformance suite of storage.Store: what every
// implementation, and every decorator without faults, has to do.
//
//	func TestConformance(t *testing.T) {
//		storagetest.Run(t, func(t *testing.T) storage.Store {
//			store, err := storage.Open(t.TempDir())
//			...
//			return store
//		})
//	}
//
// It also has what tests of stores share: ServeGS, a bucket server on loopback
// whose answers a test can spoil, and CheckLeaks.
package storagetest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
)

// Run runs the suite. open returns a new, empty store for each test; the store's
// String is a location that storage.Open opens again.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	for _, test := range []struct {
		name string
		run  func(s suite)
	}{
		{"publish", suite.publish},
		{"sizes", suite.sizes},
		{"names", suite.names},
		{"refused names", suite.refusedNames},
		{"abandon", suite.abandon},
		{"publish twice", suite.publishTwice},
		{"late attempt", suite.lateAttempt},
		{"race", suite.race},
		{"many at once", suite.manyAtOnce},
		{"cancelled", suite.cancelled},
		{"missing", suite.missing},
		{"ranges", suite.ranges},
		{"readers", suite.readers},
		{"list", suite.list},
		{"remove", suite.remove},
		{"lock", suite.lock},
		{"sweep", suite.sweep},
		{"reopen", suite.reopen},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(suite{t, open(t)}) })
	}
}

// suite is one test of the suite on its own store.
type suite struct {
	*testing.T
	store storage.Store
}

// create begins a file and writes content.
func (s suite) create(name, content string) storage.File {
	s.Helper()
	f, err := s.store.Create(s.Context(), name)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(f.Abandon)
	if n, err := io.WriteString(f, content); n != len(content) || err != nil {
		s.Fatalf("writing %d bytes: %d, %v", len(content), n, err)
	}
	return f
}

func (s suite) put(name, content string) {
	s.Helper()
	if err := storage.WriteFile(s.Context(), s.store, name, []byte(content)); err != nil {
		s.Fatal(err)
	}
}

// wantFile compares a file's content and size.
func (s suite) wantFile(name, want string) {
	s.Helper()
	got, err := storage.ReadFile(s.Context(), s.store, name)
	if err != nil || string(got) != want {
		s.Errorf("%s holds %s, %v; want %s", name, shorten(string(got)), err, shorten(want))
	}
	info, err := s.store.Stat(s.Context(), name)
	if diff := cmp.Diff(storage.Info{Name: name, Size: int64(len(want))}, info); diff != "" || err != nil {
		s.Errorf("Stat of %s: %v (-want +got):\n%s", name, err, diff)
	}
}

// wantNames compares the published files.
func (s suite) wantNames(want ...string) {
	s.Helper()
	if diff := cmp.Diff(want, s.published("")); diff != "" {
		s.Errorf("files (-want +got):\n%s", diff)
	}
}

// wantClean requires that no temporary file is left.
func (s suite) wantClean() {
	s.Helper()
	for _, info := range s.listing("") {
		if info.Temporary() {
			s.Errorf("%s is left over", info.Name)
		}
	}
}

func (s suite) published(prefix string) (names []string) {
	s.Helper()
	for _, info := range s.listing(prefix) {
		if !info.Temporary() {
			names = append(names, info.Name)
		}
	}
	return names
}

func (s suite) listing(prefix string) []storage.Info {
	s.Helper()
	list, err := s.store.List(s.Context(), prefix)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// wantError requires that every call gives an error that wraps want.
func (s suite) wantError(want error, calls map[string]func() error) {
	s.Helper()
	for name, call := range calls {
		if err := call(); !errors.Is(err, want) {
			s.Errorf("%s gave %v, want %v", name, err, want)
		}
	}
}

func shorten(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return "\"" + text + "\""
}

func (s suite) publish() {
	s.wantNames()
	f := s.create("data/a.txt", "hel")
	if _, err := io.WriteString(f, "lo"); err != nil {
		s.Fatal(err)
	}
	s.wantNames()
	s.wantError(fs.ErrNotExist, map[string]func() error{
		"Stat before Publish": func() error { _, err := s.store.Stat(s.Context(), "data/a.txt"); return err },
		"Open before Publish": func() error { _, err := s.store.Open(s.Context(), "data/a.txt"); return err },
	})
	if err := f.Publish(); err != nil {
		s.Fatal(err)
	}
	f.Abandon()
	f.Abandon()
	s.wantFile("data/a.txt", "hello")
	s.wantNames("data/a.txt")
	s.wantClean()
	s.wantError(fs.ErrClosed, map[string]func() error{
		"Publish after Publish": f.Publish,
		"Write after Publish":   func() error { _, err := f.Write([]byte("x")); return err },
	})
	s.wantFile("data/a.txt", "hello")
}

// sizes covers a chunk of an upload, a little less and a little more.
func (s suite) sizes() {
	for name, size := range map[string]int{"0": 0, "1": 1, "chunk-1": 1<<18 - 1, "chunk": 1 << 18, "chunk+1": 1<<18 + 1, "3 chunks": 3 << 18, "more": 1<<20 + 12345} {
		content := strings.Repeat("0123456789abcdefg", size/17+1)[:size]
		f := s.create(name, "")
		for part := range splitUnevenly(content) {
			if _, err := io.WriteString(f, part); err != nil {
				s.Fatal(err)
			}
		}
		if err := f.Publish(); err != nil {
			s.Fatalf("%d bytes: %v", size, err)
		}
		s.wantFile(name, content)
	}
	s.wantClean()
}

// splitUnevenly yields parts of growing and shrinking length, some empty.
func splitUnevenly(content string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; content != ""; i++ {
			n := min(i*i*997%70001, len(content))
			if !yield(content[:n]) {
				return
			}
			content = content[n:]
		}
	}
}

func (s suite) abandon() {
	s.create("a", "half").Abandon()
	func() {
		defer func() { _ = recover() }()
		f := s.create("b", "half")
		defer f.Abandon()
		panic("the writer died")
	}()
	func() {
		f := s.create("c", strings.Repeat("long", 1<<18))
		defer f.Abandon() // a writer that returns early
	}()
	f := s.create("d", "half")
	f.Abandon()
	s.wantError(fs.ErrClosed, map[string]func() error{
		"Publish after Abandon": f.Publish,
		"Write after Abandon":   func() error { _, err := f.Write([]byte("x")); return err },
	})
	s.wantNames()
	s.wantClean()
}

func (s suite) cancelled() {
	s.put("there", "x")
	ctx, cancel := context.WithCancelCause(s.Context())
	f, err := s.store.Create(ctx, "a")
	if err != nil {
		s.Fatal(err)
	}
	long, err := s.store.Create(ctx, "long")
	if err != nil {
		s.Fatal(err)
	}
	defer long.Abandon()
	if _, err := long.Write(make([]byte, 1<<20)); err != nil {
		s.Fatal(err)
	}
	reader, err := s.store.Open(ctx, "there")
	if err != nil {
		s.Fatal(err)
	}
	defer reader.Close()
	stopped := errors.New("stopped by the user")
	cancel(stopped)
	s.wantError(stopped, map[string]func() error{
		"Publish":          f.Publish,
		"Publish of 1 MiB": long.Publish,
		"Create":           func() error { _, err := s.store.Create(ctx, "b"); return err },
		"Open":             func() error { _, err := s.store.Open(ctx, "there"); return err },
		"Stat":             func() error { _, err := s.store.Stat(ctx, "there"); return err },
		"List":             func() error { _, err := s.store.List(ctx, ""); return err },
		"Remove":           func() error { return s.store.Remove(ctx, "there") },
		"Lock":             func() error { _, err := s.store.Lock(ctx); return err },
		"Read":             func() error { _, err := reader.Read(make([]byte, 1)); return err },
		"ReadAt":           func() error { _, err := reader.ReadAt(make([]byte, 1), 0); return err },
	})
	if f, err := s.store.Create(ctx, "b"); f != nil || err == nil {
		s.Errorf("Create gave a file and %v", err)
	}
	s.wantNames("there")
	s.wantClean()
}

func (s suite) missing() {
	s.put("folder/file", "x")
	for _, name := range []string{"nothing", "folder", "folder/other", "folder/file/below"} {
		s.wantError(fs.ErrNotExist, map[string]func() error{
			"Stat of " + name: func() error { _, err := s.store.Stat(s.Context(), name); return err },
			"Open of " + name: func() error { _, err := s.store.Open(s.Context(), name); return err },
		})
		if r, err := s.store.Open(s.Context(), name); r != nil || err == nil || !strings.Contains(err.Error(), name) {
			s.Errorf("Open gave %v and an error that does not name %s: %v", r, name, err)
		}
	}
}
