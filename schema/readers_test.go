package schema

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readerScript returns a command that runs a script of testdata/readers in the
// environment that `make readers` installs, or skips the test.
func readerScript(t *testing.T, interpreter, script string, args ...string) *exec.Cmd {
	t.Helper()
	home, err := filepath.Abs("../.cache/readers")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Abs("testdata/readers")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(home, interpreter)); err != nil {
		if os.Getenv("GROUNDMILL_REQUIRE_READERS") != "" {
			t.Fatalf("the independent readers are not installed; run: make readers (%v)", err)
		}
		t.Skip("the independent readers are not installed; run: make readers")
	}
	name := "node"
	if interpreter == pythonPath {
		name = filepath.Join(home, interpreter)
	}
	cmd := exec.Command(name, append([]string{filepath.Join(scripts, script)}, args...)...)
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "HF_HUB_OFFLINE=1", "HF_HOME="+t.TempDir())
	return cmd
}

// What must exist below .cache/readers for the scripts of each language.
const (
	pythonPath = "venv/bin/python"
	duckdbPath = "node_modules/@duckdb/node-api/package.json"
)

// output runs a reader script.
func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.Bytes())
	}
	return out
}

// jsonValues decodes JSON lines.
func jsonValues(t *testing.T, lines []byte) []any {
	t.Helper()
	var values []any
	for dec := json.NewDecoder(bytes.NewReader(lines)); ; {
		var value any
		if err := dec.Decode(&value); errors.Is(err, io.EOF) {
			return values
		} else if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
}

// writeDataset writes two data files as a run does and returns the output
// folder and the JSON values that readers must find.
func writeDataset(t *testing.T) (folder string, want []any) {
	t.Helper()
	folder = t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, rows := range [][]*Row{edgeRows(), randomRows(2000, true)} {
		data, _ := writeFile(t, rows, WriterOptions{EmbedImages: true, RowGroupRows: 700})
		path := filepath.Join(folder, FileName(KindData, "train", i, 2))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			want = append(want, rowValue(row))
		}
	}
	return folder, want
}

// TestIndependentReaders reads a data folder with Arrow C++ and with DuckDB and
// compares every value with what was written.
func TestIndependentReaders(t *testing.T) {
	tests := []struct {
		name, interpreter, script string
	}{
		{"pyarrow", pythonPath, "read.py"},
		{"duckdb", duckdbPath, "read.mjs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder, want := writeDataset(t)
			cmd := readerScript(t, test.interpreter, test.script, filepath.Join(folder, "data"))
			if diff := cmp.Diff(want, jsonValues(t, output(t, cmd))); diff != "" {
				t.Errorf("rows differ (-written +read):\n%s", diff)
			}
		})
	}
}

// TestHuggingFaceDatasets loads an output folder as users do: the split is
// found by the files' names, and the features are those that the footer
// declares, image included.
func TestHuggingFaceDatasets(t *testing.T) {
	folder, want := writeDataset(t)
	out := output(t, readerScript(t, pythonPath, "load.py", folder))
	loaded, rows, _ := bytes.Cut(out, []byte("\n"))
	if diff := cmp.Diff(features(layout(true)), string(loaded)); diff != "" {
		t.Errorf("features differ (-declared +loaded):\n%s", diff)
	}
	if diff := cmp.Diff(want, jsonValues(t, rows)); diff != "" {
		t.Errorf("rows differ (-written +loaded):\n%s", diff)
	}
}

// object is a JSON object.
type object = map[string]any

// rowValue is the JSON value that the reader scripts print for a row.
func rowValue(row *Row) any {
	return object{
		"key":               row.Key,
		"url":               orNull(row.URL),
		"caption":           row.Caption,
		"width":             float64(row.Width),
		"height":            float64(row.Height),
		"image_sha256":      row.ImageSHA256,
		"image":             imageValue(row.Image),
		"source":            object{"shard": row.Source.Shard, "index": float64(row.Source.Index)},
		"caption_truncated": row.CaptionTruncated,
		"phrases":           phraseValues(row.Phrases),
		"meta":              metaValue(row.Meta),
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func imageValue(image *EncodedImage) any {
	if image == nil {
		return nil
	}
	return object{"bytes": hex.EncodeToString(image.Bytes), "path": orNull(image.Path)}
}

func phraseValues(phrases []Phrase) any {
	out := []any{}
	for _, p := range phrases {
		flags := []any{}
		for _, flag := range p.Flags {
			flags = append(flags, flag)
		}
		boxes := []any{}
		for _, b := range p.Boxes {
			boxes = append(boxes, object{
				"x1": float64(b.X1), "y1": float64(b.Y1), "x2": float64(b.X2), "y2": float64(b.Y2),
				"score": float64(b.Score),
			})
		}
		out = append(out, object{
			"text": p.Text, "start": float64(p.Start), "end": float64(p.End), "phrase_id": float64(p.PhraseID),
			"flags": flags, "best_score": float64(p.BestScore), "boxes": boxes,
		})
	}
	return out
}

func metaValue(meta map[string]string) any {
	out := []any{}
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		out = append(out, object{"key": key, "value": meta[key]})
	}
	return out
}
