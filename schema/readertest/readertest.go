// Package readertest lets tests read data files with readers that share no code
// with package schema: Arrow C++ (pyarrow), DuckDB and Hugging Face datasets.
//
// The readers are scripts in schema/testdata/readers, whose pinned requirements
// `make readers` installs below .cache/readers. Without them tests are skipped,
// or fail when GROUNDMILL_REQUIRE_READERS is set.
//
//	readertest.Agree(t, filepath.Join(output, "data"), rows)
//
// Other Python programs that tests compare with are installed there too; Python
// runs them.
package readertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// requireReaders is the environment variable that makes missing readers a
// failure.
const requireReaders = "GROUNDMILL_REQUIRE_READERS"

// reader is one independent reader.
type reader struct {
	name        string
	interpreter string // a path below .cache/readers, or a command
	installed   string // what must exist below .cache/readers
	script      string // in schema/testdata/readers
}

var (
	pyarrow  = reader{"pyarrow", "venv/bin/python", "venv/bin/python", "read.py"}
	duckdb   = reader{"duckdb", "node", "node_modules/@duckdb/node-api/package.json", "read.mjs"}
	datasets = reader{"datasets", "venv/bin/python", "venv/bin/python", "load.py"}
)

// Agree reads the Parquet files of a folder, in the order of their names, with
// pyarrow and with DuckDB, a subtest each, and compares every value with want.
func Agree(t *testing.T, folder string, want []*schema.Row) {
	t.Helper()
	values := rowValues(want)
	for _, r := range []reader{pyarrow, duckdb} {
		t.Run(r.name, func(t *testing.T) {
			if diff := cmp.Diff(values, decodeAll(t, r.output(t, folder))); diff != "" {
				t.Errorf("%s reads other rows (-written +read):\n%s", r.name, diff)
			}
		})
	}
}

// Load loads the split train of an output folder with Hugging Face datasets,
// compares its rows with want and returns the JSON of the features that datasets
// believes in.
func Load(t *testing.T, folder string, want []*schema.Row) (features string) {
	t.Helper()
	first, rows, _ := bytes.Cut(datasets.output(t, folder), []byte("\n"))
	if diff := cmp.Diff(rowValues(want), decodeAll(t, rows)); diff != "" {
		t.Errorf("datasets loads other rows (-written +loaded):\n%s", diff)
	}
	return string(first)
}

// Rows reads the Parquet files of a folder, in the order of their names, with
// package schema, and validates each row.
func Rows(t *testing.T, folder string) []*schema.Row {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []*schema.Row
	for _, path := range paths {
		rows = append(rows, fileRows(t, path)...)
	}
	return rows
}

func fileRows(t *testing.T, path string) (rows []*schema.Row) {
	t.Helper()
	r, err := schema.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := row.Validate(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// output runs the reader on a folder and returns what it prints; it skips the
// test when the reader is not installed.
func (r reader) output(t *testing.T, folder string) []byte {
	t.Helper()
	root := moduleRoot(t)
	home := installed(t, root, r.installed)
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	interpreter := r.interpreter
	if filepath.Base(interpreter) != interpreter {
		interpreter = filepath.Join(home, interpreter)
	}
	return run(t, home, interpreter, filepath.Join(root, "schema", "testdata", "readers", r.script), folder)
}

// Python runs a script with the Python of the readers and returns what it prints.
// It skips the test when the package that the script needs is not installed.
// Relative names are those of the test's folder.
func Python(t *testing.T, needs, script string, args ...string) []byte {
	t.Helper()
	home := installed(t, moduleRoot(t), "venv/lib/python3*/site-packages/"+needs)
	for i, name := range append([]string{script}, args...) {
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			script = path
			continue
		}
		args[i-1] = path
	}
	return run(t, home, filepath.Join(home, "venv", "bin", "python"), append([]string{script}, args...)...)
}

// installed returns the folder of the readers; it skips the test when nothing
// there matches the pattern.
func installed(t *testing.T, root, pattern string) (home string) {
	t.Helper()
	home = filepath.Join(root, ".cache", "readers")
	found, err := filepath.Glob(filepath.Join(home, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		const message = "the independent readers are not installed; run: make readers"
		if os.Getenv(requireReaders) != "" {
			t.Fatalf("%s (there is no %s)", message, filepath.Join(home, pattern))
		}
		t.Skip(message)
	}
	return home
}

// run runs a program of the readers and returns what it prints.
func run(t *testing.T, home, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "HF_HUB_OFFLINE=1", "HF_HOME="+t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.Bytes())
	}
	return out
}

// decodeAll decodes JSON lines.
func decodeAll(t *testing.T, lines []byte) []any {
	t.Helper()
	values := []any{}
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

// moduleRoot returns the folder of go.mod above the working directory.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}
