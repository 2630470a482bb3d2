package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
)

// tree is what Glob searches in these tests.
var tree = []string{
	"b.tar", "a.tar", "c.txt", "x/d.tar", "y/d.tar", "y/deep/e.tar", "o[d]d/e.tar", "o[d]d/f.tar", "star*.tar", "data/1.tar", "data-2/1.tar", "caf\u00e9.tar",
}

// places make the tree in each kind of place and return the place.
var places = map[string]func(t testing.TB) string{
	"local": func(t testing.TB) string {
		root := t.TempDir()
		plant(t, root)
		return root
	},
	"file URL": func(t testing.TB) string {
		root := t.TempDir()
		plant(t, root)
		return "file://" + root
	},
	"memory": func(t testing.TB) string {
		t.Cleanup(storage.Mount(storage.NewMemory("glob")))
		plant(t, "mem://glob")
		return "mem://glob"
	},
	"bucket": func(t testing.TB) string {
		storagetest.ServeGS(t, "bucket")
		plant(t, "gs://bucket")
		return "gs://bucket"
	},
}

// plant writes the tree; each file holds its own name.
func plant(t testing.TB, location string) {
	t.Helper()
	s, err := storage.Open(location)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tree {
		if err := storage.WriteFile(t.Context(), s, name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, root string
		want          []string
	}{
		{"", "", []string{"a.tar", "b.tar", "café.tar", "star*.tar"}},
		{"*.tar", "", []string{"a.tar", "b.tar", "café.tar", "star*.tar"}},
		{"?.tar", "", []string{"a.tar", "b.tar"}},
		{"b.tar", "", []string{"b.tar"}},
		{"c.txt", "", []string{"c.txt"}},
		{"star*.tar", "", []string{"star*.tar"}},
		{"[xy]/*.tar", "", []string{"x/d.tar", "y/d.tar"}},
		{"y/*.tar", "y", []string{"d.tar"}},
		{"y/*/*.tar", "y", []string{"deep/e.tar"}},
		{"y", "y", []string{"d.tar"}},
		{"data", "data", []string{"1.tar"}},
		{"data*/1.tar", "", []string{"data-2/1.tar", "data/1.tar"}},
		{"o[d]d", "o[d]d", []string{"e.tar", "f.tar"}},
		{"o[d]d/e.tar", "o[d]d", []string{"e.tar"}},
		{`o\[d\]d/[ef].tar`, "", []string{"o[d]d/e.tar", "o[d]d/f.tar"}},
	}
	for place, plant := range places {
		t.Run(place, func(t *testing.T) {
			location := plant(t)
			for _, tt := range tests {
				if place == "file URL" && strings.Contains(tt.pattern, "?") {
					continue // which begins a query in a URL
				}
				root, objects, err := storage.Glob(t.Context(), strings.TrimSuffix(location+"/"+tt.pattern, "/"), ".tar")
				if err != nil {
					t.Errorf("Glob(%q): %v", tt.pattern, err)
					continue
				}
				if want := strings.TrimPrefix(strings.TrimSuffix(location+"/"+tt.root, "/"), "file://"); root != want {
					t.Errorf("the root of %q is %s, want %s", tt.pattern, root, want)
				}
				if diff := cmp.Diff(tt.want, objectNames(t, objects)); diff != "" {
					t.Errorf("Glob(%q) (-want +got):\n%s", tt.pattern, diff)
				}
			}
		})
	}
}

// objectNames returns the names, having read the files, which hold the ends of
// their locations.
func objectNames(t *testing.T, objects []storage.Object) (names []string) {
	t.Helper()
	for _, o := range objects {
		r, err := storage.OpenURL(t.Context(), o.Location)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(o.Location, string(content)) || o.Size != int64(len(content)) || !strings.HasSuffix(o.Location, o.Name) {
			t.Errorf("%+v holds %q", o, content)
		}
		names = append(names, o.Name)
	}
	return names
}

func TestGlobFindsNothing(t *testing.T) {
	for place, plant := range places {
		t.Run(place, func(t *testing.T) {
			location := plant(t)
			for _, pattern := range []string{"*.zip", "missing", "missing/*.tar", "b.tar/below", "y/deep/deeper"} {
				_, objects, err := storage.Glob(t.Context(), location+"/"+pattern, ".tar")
				if !errors.Is(err, storage.ErrNoMatch) || objects != nil {
					t.Errorf("Glob(%q) gave %v, %v; want ErrNoMatch", pattern, objects, err)
				}
			}
			if _, _, err := storage.Glob(t.Context(), location+"/x", ".zip"); !errors.Is(err, storage.ErrNoMatch) || !strings.Contains(err.Error(), "*.zip") {
				t.Errorf("a folder without such files gave %v", err)
			}
			if _, _, err := storage.Glob(t.Context(), location+"/[x.tar", ".tar"); err == nil || !strings.Contains(err.Error(), "[x.tar: syntax error") {
				t.Errorf("a bad pattern gave %v", err)
			}
		})
	}
	for _, pattern := range []string{"", "@"} {
		if _, _, err := storage.Glob(t.Context(), pattern, ".tar"); err == nil {
			t.Errorf("Glob(%q) was accepted", pattern)
		}
	}
}

func TestGlobRefusesWhatCannotBeRead(t *testing.T) {
	root := t.TempDir()
	for _, err := range []error{
		os.MkdirAll(root+"/z", 0o755), os.WriteFile(root+"/z/ok.tar", nil, 0o644), os.Symlink("gone.tar", root+"/z/dangling.tar"),
		os.MkdirAll(root+"/f/folder.tar", 0o755),
		os.MkdirAll(root+"/l", 0o755), os.WriteFile(root+"/l/caf\xe9.tar", nil, 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for folder, want := range map[string]string{"z": "dangling.tar", "f": "folder.tar", "l": "not UTF-8"} {
		_, _, err := storage.Glob(t.Context(), root+"/"+folder, ".tar")
		if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, storage.ErrNoMatch) {
			t.Errorf("%s gave %v, want %q", folder, err, want)
		}
	}
}

func TestList(t *testing.T) {
	local := places["local"](t)
	places["memory"](t)
	places["bucket"](t)
	tests := []struct {
		name, list, root string
		want             []string
	}{
		{"order is kept", "b.tar\na.tar\nx/d.tar\n", "HERE", []string{"b.tar", "a.tar", "x/d.tar"}},
		{"line ends", "\ufeffb.tar\r\n\r\n   \na.tar", "HERE", []string{"b.tar", "a.tar"}},
		{"absolute", local + "/y/d.tar\n", local + "/y", []string{"d.tar"}},
		{"up and down", "x/../y/deep/e.tar\ny/d.tar\n", "HERE/y", []string{"deep/e.tar", "d.tar"}},
		{"bucket", "gs://bucket/y/d.tar\ngs://bucket/y/deep/e.tar\n", "gs://bucket/y", []string{"d.tar", "deep/e.tar"}},
		{"stars are stars", "gs://bucket/star*.tar\n", "gs://bucket", []string{"star*.tar"}},
		{"nothing shared", "gs://bucket/a.tar\nmem://glob/a.tar\n", "", []string{"gs://bucket/a.tar", "mem://glob/a.tar"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := filepath.Join(local, "list of inputs.txt")
			if err := os.WriteFile(list, []byte(tt.list), 0o644); err != nil {
				t.Fatal(err)
			}
			root, objects, err := storage.Glob(t.Context(), "@"+list, ".tar")
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(tt.root, "HERE", local); root != want {
				t.Errorf("the root is %q, want %q", root, want)
			}
			if diff := cmp.Diff(tt.want, objectNames(t, objects)); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

// TestListInBucket has relative lines, and so many that folders are listed.
func TestListInBucket(t *testing.T) {
	server := storagetest.ServeGS(t, "bucket")
	store := open(t, "gs://bucket")
	var list bytes.Buffer
	var want []string
	for i := range 50 {
		name := fmt.Sprintf("shards/%02d.tar", 49-i)
		put(t, store, name, []byte(name))
		fmt.Fprintln(&list, name)
		want = append(want, path.Base(name))
	}
	put(t, store, "list.txt", list.Bytes())
	q := &requests{}
	server.Intercept(q.intercept)
	root, objects, err := storage.Glob(t.Context(), "@gs://bucket/list.txt", ".tar")
	if err != nil {
		t.Fatal(err)
	}
	if q.seen > 3 {
		t.Errorf("%d requests for one list and one folder", q.seen)
	}
	if root != "gs://bucket/shards" {
		t.Errorf("the root is %s", root)
	}
	if diff := cmp.Diff(want, objectNames(t, objects)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestListRefuses(t *testing.T) {
	local := places["local"](t)
	places["memory"](t)
	tests := []struct{ name, list, want string }{
		{"empty", "\n\n", "is empty"},
		{"missing", "a.tar\n\nmissing.tar\n", "line 3: "},
		{"missing in memory", "a.tar\nmem://glob/missing.tar\n", "line 2: "},
		{"folder", "x\n", "line 1: "},
		{"twice", "a.tar\nb.tar\n./a.tar\n", "line 3 repeats line 1"},
		{"unknown scheme", "s3://bucket/a.tar\n", "line 1: "},
		{"not UTF-8", "caf\xe9.tar\n", "line 1: "},
		{"too long", "a.tar\n" + strings.Repeat("x", 1<<20+1), "line 2: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := filepath.Join(local, "list.txt")
			if err := os.WriteFile(list, []byte(tt.list), 0o644); err != nil {
				t.Fatal(err)
			}
			_, _, err := storage.Glob(t.Context(), "@"+list, ".tar")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), list) {
				t.Errorf("error is %v, want %q and the list", err, tt.want)
			}
		})
	}
	if _, _, err := storage.Glob(t.Context(), "@"+local+"/no list", ".tar"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing list gave %v", err)
	}
}

// FuzzGlob compares the local file system's matching with that of stores.
func FuzzGlob(f *testing.F) {
	for _, pattern := range []string{"*.tar", "?.tar", "[xy]/*", "[^x]/d.tar", "y/*/*.tar", `o\[d\]d/*`, "o[[]d]d/e.tar", "*/*/*", "star*.tar", "data", "b.tar", "[", "caf?.tar", `\b.tar`} {
		f.Add(pattern)
	}
	local, memory := places["local"](f), places["memory"](f)
	f.Fuzz(func(t *testing.T, pattern string) {
		if storage.CheckName(pattern) != nil || strings.Contains(pattern, "..") {
			t.Skip()
		}
		_, wantObjects, wantErr := storage.Glob(context.Background(), local+"/"+pattern, ".tar")
		if wantErr != nil && !errors.Is(wantErr, storage.ErrNoMatch) {
			t.Skip() // a folder that matches is an error, and stores have no folders
		}
		_, gotObjects, err := storage.Glob(context.Background(), memory+"/"+pattern, ".tar")
		var want, got []string
		for _, o := range wantObjects {
			want = append(want, o.Name)
		}
		for _, o := range gotObjects {
			got = append(got, o.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wantErr == nil) {
			t.Errorf("%q (-local %v +memory %v):\n%s", pattern, wantErr, err, diff)
		}
	})
}
