package rowset

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// writeRows writes rows to a file and gives them keys that start with its name.
func writeRows(t *testing.T, path string, n int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := schema.NewWriter(f, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rowtest.Rows(rowtest.Data, n) {
		row.Key = filepath.Base(path) + " " + row.Key
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRowsOfWhatOpenChooses(t *testing.T) {
	dir := t.TempDir()
	writeRows(t, filepath.Join(dir, "run", "data", "b.parquet"), 2)
	writeRows(t, filepath.Join(dir, "run", "data", "a.parquet"), 3)
	writeRows(t, filepath.Join(dir, "run", "raw", "r.parquet"), 1)
	writeRows(t, filepath.Join(dir, "plain", "p.parquet"), 1)
	if err := os.WriteFile(filepath.Join(dir, "run", schema.SuccessName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, place string
		kinds       []schema.Kind
		want        []string
		unfinished  bool
	}{
		{"data", "run", []schema.Kind{schema.KindData}, []string{"a", "a", "a", "b", "b"}, false},
		{"raw first", "run", []schema.Kind{schema.KindRaw, schema.KindData}, []string{"r"}, false},
		{"a folder of files", "plain", []schema.Kind{schema.KindRaw}, []string{"p"}, false},
		{"one file", "run/data/b.parquet", nil, []string{"b", "b"}, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Open(t.Context(), filepath.Join(dir, tc.place), tc.kinds...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for row, err := range s.Rows(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, row.Key[:1])
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
	if err := os.Remove(filepath.Join(dir, "run", schema.SuccessName)); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), filepath.Join(dir, "run"), schema.KindData)
	if err != nil || !s.Unfinished || s.Note() == "" {
		t.Errorf("without _SUCCESS: %+v, %v", s, err)
	}
}

func TestErrorsOfRows(t *testing.T) {
	dir := t.TempDir()
	for place, want := range map[string]error{dir: ErrNoRows, filepath.Join(dir, "x.parquet"): fs.ErrNotExist, filepath.Join(dir, "missing"): ErrNoRows} {
		if _, err := Open(t.Context(), place, schema.KindData); !errors.Is(err, want) || !strings.Contains(err.Error(), place) {
			t.Errorf("%s: %v", place, err)
		}
	}
	damaged := filepath.Join(dir, "damaged.parquet")
	if err := os.WriteFile(damaged, []byte("no parquet, but long enough"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), damaged)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Rows(t.Context()) {
		if err == nil || !strings.Contains(err.Error(), "damaged.parquet") {
			t.Errorf("got %v", err)
		}
	}
}
