package storage

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func openTemp(t *testing.T) (Store, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "out")
	store, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return store, root
}

// names lists the store; temporary files are shown as "TEMP".
func names(t *testing.T, s Store) []string {
	t.Helper()
	list, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, info := range list {
		if info.Temporary() {
			out = append(out, "TEMP")
		} else {
			out = append(out, info.Name)
		}
	}
	return out
}

func wantNames(t *testing.T, s Store, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, names(t, s)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func create(t *testing.T, s Store, name, content string) File {
	t.Helper()
	f, err := s.Create(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, content); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPublish(t *testing.T) {
	s, root := openTemp(t)
	wantNames(t, s)
	f := create(t, s, "data/a #%é.parquet", "hello")
	wantNames(t, s, "TEMP")
	if err := f.Publish(); err != nil {
		t.Fatal(err)
	}
	f.Abandon()
	wantNames(t, s, "data/a #%é.parquet")
	got, err := ReadFile(t.Context(), s, "data/a #%é.parquet")
	if err != nil || string(got) != "hello" {
		t.Errorf("read %q, %v", got, err)
	}
	if err := f.Publish(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Publish gave %v, want fs.ErrClosed", err)
	}
	if _, err := f.Write(nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Write after Publish gave %v, want fs.ErrClosed", err)
	}
	if info, err := os.Stat(filepath.Join(root, "data", "a #%é.parquet")); err != nil || info.Mode().Perm()&0o400 == 0 {
		t.Errorf("published file is not readable: %v, %v", info, err)
	}
}

func TestReader(t *testing.T) {
	s, _ := openTemp(t)
	if err := WriteFile(t.Context(), s, "x", []byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	part := make([]byte, 3)
	if _, err := r.ReadAt(part, 4); err != nil || string(part) != "456" || r.Size() != 10 {
		t.Errorf("read %q of %d bytes, %v", part, r.Size(), err)
	}
	if _, err := s.Open(t.Context(), "y"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file gave %v, want fs.ErrNotExist", err)
	}
}

func TestAbandon(t *testing.T) {
	s, _ := openTemp(t)
	func() {
		defer func() { _ = recover() }()
		f := create(t, s, "a", "half")
		defer f.Abandon()
		panic("writer died")
	}()
	wantNames(t, s)
}

func TestPublishTwice(t *testing.T) {
	s, _ := openTemp(t)
	first, second, other := create(t, s, "a", "same"), create(t, s, "a", "same"), create(t, s, "a", "other")
	longer := create(t, s, "a", "same and more")
	wantNames(t, s, "TEMP", "TEMP", "TEMP", "TEMP")
	for _, f := range []File{first, second} {
		if err := f.Publish(); err != nil {
			t.Fatalf("publish equal content: %v", err)
		}
	}
	for _, f := range []File{other, longer} {
		if err := f.Publish(); !errors.Is(err, ErrConflict) {
			t.Errorf("publish other content gave %v, want ErrConflict", err)
		}
	}
	wantNames(t, s, "a")
	if got, _ := ReadFile(t.Context(), s, "a"); string(got) != "same" {
		t.Errorf("file now holds %q", got)
	}
}

func TestPublishRace(t *testing.T) {
	s, _ := openTemp(t)
	var wg sync.WaitGroup
	var won sync.Map
	for i := range 8 {
		f := create(t, s, "a", strings.Repeat("x", i+1))
		wg.Go(func() {
			if f.Publish() == nil {
				won.Store(i+1, true)
			}
		})
	}
	wg.Wait()
	got, err := ReadFile(t.Context(), s, "a")
	if err != nil {
		t.Fatal(err)
	}
	winners := 0
	won.Range(func(length, _ any) bool {
		winners++
		if length != len(got) {
			t.Errorf("attempt of %v bytes won, file has %d", length, len(got))
		}
		return true
	})
	if winners != 1 {
		t.Errorf("%d attempts at different content won", winners)
	}
	wantNames(t, s, "a")
}

func TestCancelled(t *testing.T) {
	s, _ := openTemp(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	f, err := s.Create(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	stopped := errors.New("stopped by the user")
	cancel(stopped)
	if err := f.Publish(); !errors.Is(err, stopped) {
		t.Errorf("Publish gave %v, want the cause", err)
	}
	if _, err := s.Create(ctx, "b"); !errors.Is(err, stopped) {
		t.Errorf("Create gave %v, want the cause", err)
	}
	wantNames(t, s)
}

// faulty is a syncWriter that fails at one kind of operation.
type faulty struct {
	*os.File
	op string
}

func (f faulty) Write(p []byte) (int, error) {
	if f.op == "write" {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, syscall.ENOSPC
	}
	return f.File.Write(p)
}

func (f faulty) Sync() error {
	if f.op == "sync" {
		return syscall.EIO
	}
	return f.File.Sync()
}

func (f faulty) Close() error {
	err := f.File.Close()
	if f.op == "close" && err == nil {
		return syscall.EDQUOT
	}
	return err
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		op   string
		want error
	}{{"write", syscall.ENOSPC}, {"sync", syscall.EIO}, {"close", syscall.EDQUOT}} {
		t.Run(tt.op, func(t *testing.T) {
			s, _ := openTemp(t)
			s.(*local).create = func(path string) (syncWriter, error) {
				f, err := os.Create(path)
				return faulty{f, tt.op}, err
			}
			f, err := s.Create(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			_, writeErr := io.WriteString(f, "some data")
			if tt.op == "write" && !errors.Is(writeErr, tt.want) {
				t.Errorf("Write gave %v, want %v", writeErr, tt.want)
			}
			if err := f.Publish(); !errors.Is(err, tt.want) {
				t.Errorf("Publish gave %v, want %v: a failed write must not be forgotten", err, tt.want)
			}
			wantNames(t, s)
		})
	}
}

func TestListFollowsTheRoot(t *testing.T) {
	parent := t.TempDir()
	at := func(name string) string { return filepath.Join(parent, name) }
	for _, err := range []error{
		os.Mkdir(at("folder"), 0o755),
		os.WriteFile(at("file"), nil, 0o644),
		os.WriteFile(at("folder/a"), []byte("hello"), 0o644),
		os.Symlink("folder", at("link")),
		os.Symlink("nowhere", at("dangling")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		root string
		want []Info
		bad  bool
	}{
		{"missing", nil, false},
		{"folder", []Info{{Name: "a", Size: 5}}, false},
		{"link", []Info{{Name: "a", Size: 5}}, false},
		{"link/", []Info{{Name: "a", Size: 5}}, false},
		{"dangling", nil, true},
		{"file", nil, true},
		{"file/below", nil, true},
	}
	for _, tt := range tests {
		s, err := Open(parent + "/" + tt.root)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.List(t.Context())
		if (err != nil) != tt.bad {
			t.Errorf("List of %s gave the error %v", tt.root, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("List of %s (-want +got):\n%s", tt.root, diff)
		}
	}
}

func TestUnwritableFolder(t *testing.T) {
	parent := t.TempDir()
	if err := os.WriteFile(filepath.Join(parent, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(parent, "readonly"), 0o555); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"file", "readonly"} {
		if root == "readonly" && os.Geteuid() == 0 {
			continue // root may write anywhere
		}
		s, err := Open(filepath.Join(parent, root))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Create(t.Context(), "data/a"); err == nil || !strings.Contains(err.Error(), root) {
			t.Errorf("Create below %s gave %v, want an error that names it", root, err)
		}
	}
}

func TestRefusedNames(t *testing.T) {
	s, _ := openTemp(t)
	for _, name := range []string{"", ".", "..", "/a", "a/../b", "../a", "a/"} {
		if _, err := s.Create(t.Context(), name); err == nil {
			t.Errorf("Create(%q) was accepted", name)
		}
	}
	for _, location := range []string{"", "gs://bucket/x"} {
		if _, err := Open(location); err == nil {
			t.Errorf("Open(%q) was accepted", location)
		}
	}
}

func TestEqualStreams(t *testing.T) {
	block := strings.Repeat("b", 1<<16)
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"", "", true}, {"", "x", false}, {block, block, true}, {block, block + "x", false}, {block + "x", block + "x", true}, {block + "x", block + "y", false}} {
		got, err := equalStreams(strings.NewReader(tt.a), strings.NewReader(tt.b))
		if got != tt.want || err != nil {
			t.Errorf("equalStreams of %d and %d bytes is %v, %v", len(tt.a), len(tt.b), got, err)
		}
	}
}
