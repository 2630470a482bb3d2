package diff

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The small datasets have hostile texts and every kind of change.
func TestGolden(t *testing.T) {
	a, b := hostileRows()
	for i := range a {
		a[i].Image, b[i].Image = nil, nil
	}
	r := run(t, newSet(t, a), newSet(t, b), Options{Samples: 2})
	golden(t, "small.json", jsonOf(t, r)+"\n")
	golden(t, "small.html", pageOf(t, r))
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got); -update rewrites it:\n%.4000s", path, diff)
	}
}
