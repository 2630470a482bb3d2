package container

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRecipeCopies guards against a recipe that names files that were moved: it
// is built by hand, seldom.
func TestRecipeCopies(t *testing.T) {
	copies := regexp.MustCompile(`(?m)^COPY ([^-].*) \S+$`).FindAllStringSubmatch(read(t, "Dockerfile"), -1)
	files := 0
	for _, c := range copies {
		for source := range strings.FieldsSeq(c[1]) {
			files++
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Errorf("COPY %s: %v", c[1], err)
			}
		}
	}
	if files < 6 {
		t.Errorf("found %d copied files in the Dockerfile: is the test's pattern right?", files)
	}
}

// TestRecipeGo guards against a builder that refuses go.mod.
func TestRecipeGo(t *testing.T) {
	module := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, filepath.Join(root, "go.mod")))
	recipe := regexp.MustCompile(`(?m)^ARG GO=(\S+)$`).FindStringSubmatch(read(t, "Dockerfile"))
	if module == nil || recipe == nil || module[1] != recipe[1] {
		t.Errorf("go.mod says %q, the Dockerfile %q", module, recipe)
	}
}

// TestRecipeScripts guards against steps of the Dockerfile that rootfs.sh, which
// stands in for it in tests, leaves out.
func TestRecipeScripts(t *testing.T) {
	rootfs := read(t, "rootfs.sh")
	scripts := regexp.MustCompile(`[a-z-]+\.sh`).FindAllString(read(t, "Dockerfile"), -1)
	if len(scripts) == 0 {
		t.Error("the Dockerfile names no script")
	}
	for _, script := range scripts {
		if !strings.Contains(rootfs, script) {
			t.Errorf("rootfs.sh does not run %s", script)
		}
	}
}
