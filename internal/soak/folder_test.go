package soak

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// folder maps the names of all files of an output folder, hidden ones too, to what
// tells their bytes apart.
type folder map[string]content

type content struct {
	size   int
	sha256 string
}

func readFolder(t *testing.T, root string) folder {
	t.Helper()
	files := folder{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = content{len(data), fmt.Sprintf("%x", sha256.Sum256(data))}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// hidden are the files that a process may leave when it is killed: temporary
// files and its lock.
func (f folder) hidden() (names []string) {
	for name := range f {
		if strings.HasPrefix(path.Base(name), ".") {
			names = append(names, name)
		}
	}
	return names
}

// checkWhole proves that what stands under a final name is what the smooth run
// has there, and that _SUCCESS is last.
func (f folder) checkWhole(t *testing.T, smooth folder) {
	t.Helper()
	hidden := f.hidden()
	isHidden := map[string]bool{}
	for _, name := range hidden {
		isHidden[name] = true
	}
	for name, content := range f {
		if !isHidden[name] && content != smooth[name] {
			t.Errorf("%s has %v; the smooth run %v", name, content, smooth[name])
		}
	}
	if _, done := f[schema.SuccessName]; done && len(f)-len(hidden) != len(smooth) {
		t.Errorf("%s is there with %d of %d files", schema.SuccessName, len(f)-len(hidden), len(smooth))
	}
}

// checkEqual proves that a finished run left what the smooth run left, and
// nothing else.
func (f folder) checkEqual(t *testing.T, smooth folder) {
	t.Helper()
	if diff := cmp.Diff(smooth, f, cmp.AllowUnexported(content{})); diff != "" {
		t.Errorf("files (-smooth +attacked):\n%s", diff)
	}
}
