package storage

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	folder := filepath.ToSlash(t.TempDir())
	tests := []struct{ location, want string }{
		{"out", "out"},
		{"/abs/out", "/abs/out"},
		{"file://" + folder, folder},
		{"file://localhost" + folder + "/a%20b%23", folder + "/a b#"},
		{"gs://bucket", "gs://bucket"},
		{"gs://bucket/", "gs://bucket"},
		{"gs://bucket/a/b #?%", "gs://bucket/a/b #?%"},
		{"gs://bucket/a/", "gs://bucket/a"},
		{"mem://name", "mem://name"},
	}
	for _, tt := range tests {
		s, err := Open(tt.location)
		if err != nil || s.String() != tt.want {
			t.Errorf("Open(%q) is %v, %v; want %s", tt.location, s, err, tt.want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, location := range []string{
		"", "s3://bucket/x", "http://host/x", "gs://", "gs:///x", "gs://bucket//x", "gs://bucket/a/../b", "gs://bucket/.",
		"mem://", "mem://a/b", "file://host/x", "file://", "file:///x?y", "file:///x#y", "file:///%zz",
	} {
		if s, err := Open(location); err == nil || s != nil || !strings.Contains(err.Error(), "storage: ") {
			t.Errorf("Open(%q) is %v, %v", location, s, err)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a", "data/train-00000-of-00004.parquet", "../a", "a\x00", ".a.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", strings.Repeat("é", 130)} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if CheckName(name) != nil {
			return
		}
		s := newLocal("/root/of/store")
		path, err := s.path(name)
		if err != nil {
			t.Fatal(err)
		}
		if rel, err := filepath.Rel(s.root, path); err != nil || filepath.ToSlash(rel) != name {
			t.Errorf("%q is at %q, which is %q of the store, %v", name, path, rel, err)
		}
		if checkPrefix(name) != nil || checkPrefix(name+"/") != nil {
			t.Errorf("%q is a name but no prefix", name)
		}
		base := name[strings.LastIndex(name, "/")+1:]
		temp := newTempName(base)
		if !isTemp(temp) || isTemp(name) || len(temp) > maxElement || CheckName(temp) == nil || !strings.HasPrefix(temp, ".") {
			t.Errorf("the temporary name of %q is %q", base, temp)
		}
	})
}
