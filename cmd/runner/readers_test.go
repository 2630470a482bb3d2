package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/schema/readertest"
)

// TestOthersReadTheDemo labels the demo's scenes and has pyarrow, DuckDB and
// datasets read every value back.
func TestOthersReadTheDemo(t *testing.T) {
	t.Setenv("ONNXRUNTIME_SHARED_LIBRARY_PATH", runtimeLibrary(t))
	root := filepath.Join("..", "..")
	out := t.TempDir()
	var stderr bytes.Buffer
	status := run(t.Context(), new(interrupts), []string{"annotate", "--quiet", "--config", filepath.Join(root, "configs", "demo.yaml"),
		"--set", "input.shards=" + filepath.Join(root, "testdata", "demo"),
		"--set", "teacher.model=" + tinyModel(t, root), "--set", "output.dir=" + out}, &bytes.Buffer{}, &stderr)
	if status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr.String())
	}
	data := readertest.Rows(t, filepath.Join(out, "data"))
	readertest.Agree(t, filepath.Join(out, "data"), data)
	readertest.Agree(t, filepath.Join(out, "raw"), readertest.Rows(t, filepath.Join(out, "raw")))
	readertest.Load(t, out, data)
}
