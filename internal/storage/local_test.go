package storage

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openTemp returns a store whose folder does not exist yet.
func openTemp(t *testing.T) (*local, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "out")
	return newLocal(root), root
}

// names lists the store; temporary files are shown as "TEMP".
func names(t *testing.T, s Store) []string {
	t.Helper()
	list, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, info := range list {
		if info.Temporary() {
			info.Name = "TEMP"
		}
		out = append(out, info.Name)
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

// recorder is a disk that notes its steps and makes one of them fail.
type recorder struct {
	steps  []string
	failAt string // a step; it is not done
	err    error
}

func (r *recorder) step(name string) error {
	r.steps = append(r.steps, name)
	if name == r.failAt {
		return r.err
	}
	return nil
}

func (r *recorder) disk() disk {
	d := realDisk
	return disk{
		mkdir: func(path string) error {
			if err := r.step("mkdir"); err != nil {
				return &fs.PathError{Op: "mkdir", Path: path, Err: err}
			}
			return d.mkdir(path)
		},
		create: func(path string) (syncWriter, error) {
			if err := r.step("create"); err != nil {
				return nil, &fs.PathError{Op: "open", Path: path, Err: err}
			}
			f, err := os.Create(path)
			return recordedFile{f, r}, err
		},
		link: func(from, to string) error {
			if err := r.step("link"); err != nil {
				return &os.LinkError{Op: "link", Old: from, New: to, Err: err}
			}
			return d.link(from, to)
		},
		rename: func(from, to string) error { return errors.Join(r.step("rename"), d.rename(from, to)) },
		remove: func(path string) error { return errors.Join(r.step("remove"), d.remove(path)) },
		syncFolder: func(path string) error {
			if err := r.step("sync folder"); err != nil {
				return err
			}
			return d.syncFolder(path)
		},
	}
}

// recordedFile is a file of a recorder.
type recordedFile struct {
	*os.File
	r *recorder
}

func (f recordedFile) Write(p []byte) (int, error) {
	if err := f.r.step("write"); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}

func (f recordedFile) Sync() error { return errors.Join(f.r.step("sync"), f.File.Sync()) }

func (f recordedFile) Close() error {
	err := f.File.Close()
	if errors.Is(err, fs.ErrClosed) {
		return err // Abandon after commit
	}
	return errors.Join(f.r.step("close"), err)
}

// TestLocalIsDurable pins the order: the bytes before the name, and the names of
// new folders too.
func TestLocalIsDurable(t *testing.T) {
	s, _ := openTemp(t)
	var r recorder
	s.disk = r.disk()
	if err := create(t, s, "data/a", "hello").Publish(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"mkdir",                // data: out is missing
		"mkdir", "sync folder", // out
		"mkdir", "sync folder", // data
		"create", "write", "sync", "close", "link", "sync folder", "remove",
	}
	if diff := cmp.Diff(want, r.steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestLocalFaults makes each step fail: nothing may be left, and nothing may
// have the name.
func TestLocalFaults(t *testing.T) {
	for _, tt := range []struct {
		step      string
		err, want error
	}{
		{"mkdir", syscall.EROFS, ErrReadOnly},
		{"create", syscall.EROFS, ErrReadOnly},
		{"create", syscall.EMFILE, syscall.EMFILE},
		{"create", syscall.ENOSPC, ErrNoSpace},
		{"create", syscall.EACCES, fs.ErrPermission},
		{"write", syscall.ENOSPC, ErrNoSpace},
		{"write", syscall.ENOSPC, syscall.ENOSPC},
		{"write", syscall.EIO, syscall.EIO},
		{"sync", syscall.EIO, syscall.EIO},
		{"close", syscall.EDQUOT, ErrNoSpace},
		{"close", syscall.EIO, syscall.EIO},
		{"link", syscall.ENOSPC, ErrNoSpace},
		{"link", syscall.EACCES, fs.ErrPermission},
	} {
		t.Run(tt.step+" "+tt.err.Error(), func(t *testing.T) {
			s, root := openTemp(t)
			r := recorder{failAt: tt.step, err: tt.err}
			s.disk = r.disk()
			err := WriteFile(t.Context(), s, "a", []byte("some data"))
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), filepath.Join(root, "a")) {
				t.Errorf("error is %v, want %v and the name", err, tt.want)
			}
			wantNames(t, s)
		})
	}
}

// TestFailedWriteIsNotForgotten goes on after a failed write.
func TestFailedWriteIsNotForgotten(t *testing.T) {
	s, _ := openTemp(t)
	r := recorder{failAt: "write", err: syscall.ENOSPC}
	s.disk = r.disk()
	f, err := s.Create(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "some data"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write gave %v", err)
	}
	r.failAt = ""
	if _, err := io.WriteString(f, "more"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a second Write gave %v", err)
	}
	if err := f.Publish(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Publish gave %v", err)
	}
	wantNames(t, s)
}

// TestLostNameIsFound publishes again after an error between the link and the
// end of Publish: the name is there, the caller was told otherwise.
func TestLostNameIsFound(t *testing.T) {
	s, _ := openTemp(t)
	f := create(t, s, "a", "hello")
	r := recorder{failAt: "sync folder", err: syscall.EIO}
	f.(*localFile).disk = r.disk()
	if err := f.Publish(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Publish gave %v", err)
	}
	wantNames(t, s, "a")
	if err := create(t, s, "a", "hello").Publish(); err != nil {
		t.Errorf("the second attempt: %v", err)
	}
	wantNames(t, s, "a")
}

// TestWithoutLinks publishes on a file system that has no hard links.
func TestWithoutLinks(t *testing.T) {
	for _, err := range []error{syscall.EPERM, syscall.EOPNOTSUPP, syscall.ENOSYS} {
		s, _ := openTemp(t)
		r := recorder{failAt: "link", err: err}
		s.disk = r.disk()
		if err := create(t, s, "a", "same").Publish(); err != nil {
			t.Fatalf("without links (%v): %v", r.err, err)
		}
		if err := create(t, s, "a", "same").Publish(); err != nil {
			t.Errorf("equal content: %v", err)
		}
		if err := create(t, s, "a", "other").Publish(); !errors.Is(err, ErrConflict) {
			t.Errorf("other content gave %v, want ErrConflict", err)
		}
		wantNames(t, s, "a")
	}
}

// TestSweptAlive publishes what another process took for the rest of a dead one.
func TestSweptAlive(t *testing.T) {
	s, _ := openTemp(t)
	f := create(t, s, "a", "hello")
	if removed, err := s.Sweep(t.Context()); len(removed) != 1 || err != nil {
		t.Errorf("swept %q, %v", removed, err)
	}
	if err := f.Publish(); err == nil || !strings.Contains(err.Error(), "clean up") {
		t.Errorf("Publish gave %v", err)
	}
	wantNames(t, s)
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
		got, err := newLocal(parent+"/"+tt.root).List(t.Context(), "")
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
		s := newLocal(filepath.Join(parent, root))
		if _, err := s.Create(t.Context(), "data/a"); err == nil || !strings.Contains(err.Error(), root) {
			t.Errorf("Create below %s gave %v, want an error that names it", root, err)
		}
		if _, err := s.Lock(t.Context()); err == nil || !strings.Contains(err.Error(), root) {
			t.Errorf("Lock of %s gave %v, want an error that names it", root, err)
		}
	}
}

func TestNotRegular(t *testing.T) {
	s, root := openTemp(t)
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(root, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "pipe"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("opening a pipe gave %v", err)
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
