package pipelines

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeFiles makes files of the given sizes below a new folder.
func writeFiles(t testing.TB, sizes map[string]int) string {
	t.Helper()
	root := t.TempDir()
	for name, size := range sizes {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestPlanFiles(t *testing.T) {
	root := writeFiles(t, map[string]int{"b.tar": 2, "a.tar": 1, "c.txt": 9, "x/d.tar": 3, "y/d.tar": 4, "o[d]d/e.tar": 5})
	tests := []struct {
		pattern string
		want    []string
	}{
		{"", []string{"a.tar", "b.tar"}},
		{"*.tar", []string{"a.tar", "b.tar"}},
		{"?.tar", []string{"a.tar", "b.tar"}},
		{"b.tar", []string{"b.tar"}},
		{"c.txt", []string{"c.txt"}},
		{"[xy]/*.tar", []string{"x/d.tar", "y/d.tar"}},
		{"o[d]d", []string{"e.tar"}},
		{"o[d]d/e.tar", []string{"e.tar"}},
	}
	for _, tt := range tests {
		plan, err := PlanFiles(t.Context(), filepath.Join(root, tt.pattern), ".tar")
		if err != nil {
			t.Errorf("PlanFiles(%q): %v", tt.pattern, err)
			continue
		}
		var got []string
		for i, u := range plan.Units {
			got = append(got, u.Name)
			if u.Index != i || u.Of != len(plan.Units) || !fileExists(u.Path) || u.Bytes == 0 {
				t.Errorf("PlanFiles(%q): unit %d is %+v", tt.pattern, i, u)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("PlanFiles(%q) (-want +got):\n%s", tt.pattern, diff)
		}
	}
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestPlanFilesRefuses(t *testing.T) {
	root := writeFiles(t, map[string]int{"a.txt": 1, "z/ok.tar": 1})
	if err := os.Symlink("gone.tar", filepath.Join(root, "z", "dangling.tar")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "f", "folder.tar"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, pattern string
		noInput       bool
	}{
		{"no pattern", "", true},
		{"folder without tars", root, true},
		{"glob without match", filepath.Join(root, "*.tar"), true},
		{"missing file", filepath.Join(root, "b.tar"), true},
		{"malformed glob", filepath.Join(root, "[.tar"), false},
		{"folder named like a tar", filepath.Join(root, "f"), false},
		{"name that is not UTF-8", writeFiles(t, map[string]int{"caf\xe9.tar": 1}), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := PlanFiles(t.Context(), tt.pattern, ".tar")
			if err == nil || errors.Is(err, ErrNoInput) != tt.noInput {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	sizes := map[string]int{"a.tar": 1, "b.tar": 2}
	fingerprint := func(sizes map[string]int) string {
		plan, err := PlanFiles(t.Context(), writeFiles(t, sizes), ".tar")
		if err != nil {
			t.Fatal(err)
		}
		return plan.Fingerprint
	}
	base := fingerprint(sizes)
	if moved := fingerprint(sizes); moved != base {
		t.Error("moving the inputs changed the fingerprint")
	}
	for _, other := range []map[string]int{{"a.tar": 1}, {"a.tar": 1, "b.tar": 3}, {"a.tar": 1, "c.tar": 2}} {
		if fingerprint(other) == base {
			t.Errorf("inputs %v have the fingerprint of %v", other, sizes)
		}
	}
}
