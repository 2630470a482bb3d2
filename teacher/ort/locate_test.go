package ort

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes empty files, given by slash paths, in a folder of their own.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		path := filepath.Join(root, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestLocateOrder(t *testing.T) {
	root := tree(t, "go.mod", "a/b/c.txt", "flag.so", "env.so", ".ort/libonnxruntime.so.1")
	t.Chdir(filepath.Join(root, "a", "b"))
	cases := []struct{ name, flag, env, want string }{
		{"flag wins", filepath.Join(root, "flag.so"), filepath.Join(root, "env.so"), filepath.Join(root, "flag.so")},
		{"environment next", "", filepath.Join(root, "env.so"), filepath.Join(root, "env.so")},
		{"pinned download last", "", "", filepath.Join(root, ".ort", "libonnxruntime.so.1")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(EnvLibrary, c.env)
			got, err := Locate(c.flag)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocateRefuses(t *testing.T) {
	root := tree(t, "go.mod", "real.so", ".ort/libonnxruntime.so.1")
	t.Chdir(root)
	cases := []struct{ name, flag, env, want string }{
		{"flag names nothing", "gone.so", "real.so", "the flag names gone.so, which does not exist"},
		{"flag names a folder", ".ort", "", "names the folder .ort"},
		{"environment names nothing", "", "gone.so", EnvLibrary + " names gone.so, which does not exist"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(EnvLibrary, c.env)
			_, err := Locate(c.flag)
			checkLine(t, err, c.want)
			checkLine(t, err, "libonnxruntime.so.1")
		})
	}
}

func TestLocateFindsNothing(t *testing.T) {
	root := tree(t, ".ort/libonnxruntime.so.1", "module/go.mod", "module/sub/x")
	t.Chdir(filepath.Join(root, "module", "sub"))
	t.Setenv(EnvLibrary, "")
	_, err := Locate("")
	checkLine(t, err, "run `make ort`")
}
