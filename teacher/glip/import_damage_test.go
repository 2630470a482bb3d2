package glip

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestImportWarnsOfDamage flips a bit in a weight, which no size shows.
func TestImportWarnsOfDamage(t *testing.T) {
	data, err := os.ReadFile(shared(t, "glip-mini.pth"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, flip := range []bool{false, true} {
		if flip {
			data[len(data)/2] ^= 1
		}
		path := filepath.Join(folder, "mini.pth")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		report, err := Import(t.Context(), ImportOptions{Checkpoint: path, Output: filepath.Join(folder, "mini.onnx")})
		if err != nil {
			t.Fatal(err)
		}
		warned := slices.ContainsFunc(report.Warnings, func(w string) bool { return strings.Contains(w, "checksum") })
		if warned != flip {
			t.Errorf("bit flipped: %t; warnings %q", flip, report.Warnings)
		}
	}
}
