package rowset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// parquetOf returns a file of rows.
func parquetOf(t *testing.T, rows []*schema.Row) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := schema.NewWriter(&b, schema.Metadata{}, schema.WriterOptions{RowGroupRows: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folder writes files by name and returns where they are.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(data), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func keys(t *testing.T, s *Set) (keys []string) {
	t.Helper()
	for rows, err := range s.Batches(t.Context(), schema.KeyColumn) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			keys = append(keys, row.Key)
		}
	}
	return keys
}

func TestOpen(t *testing.T) {
	rows := rowtest.Rows(rowtest.Data, 30)
	first, second := string(parquetOf(t, rows[:20])), string(parquetOf(t, rows[20:]))
	run := folder(t, map[string]string{"data/b.parquet": second, "data/a.parquet": first, "raw/a.parquet": first, "data/note.txt": "", "c.parquet": ""})
	flat := folder(t, map[string]string{"1.parquet": first, "2.parquet": second, "deeper/3.parquet": ""})
	tests := []struct {
		name, location string
		kind           schema.Kind
		files          []string
		rows           int
	}{
		{"data of a run", run, schema.KindData, []string{"data/a.parquet", "data/b.parquet"}, 30},
		{"raw files of a run", run, schema.KindRaw, []string{"raw/a.parquet"}, 20},
		{"a folder", flat, schema.KindData, []string{"1.parquet", "2.parquet"}, 30},
		{"a file", filepath.Join(flat, "2.parquet"), schema.KindRaw, []string{"2.parquet"}, 10},
		{"a file as a URL", "file://" + filepath.Join(flat, "1.parquet"), schema.KindRaw, []string{"1.parquet"}, 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(t.Context(), tt.location, tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.files, s.Files); diff != "" {
				t.Errorf("files differ (-want +got):\n%s", diff)
			}
			if (s.Kind == tt.kind) != (tt.location == run) {
				t.Errorf("kind is %q", s.Kind)
			}
			if n := len(keys(t, s)); n != tt.rows {
				t.Errorf("%d rows, want %d", n, tt.rows)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	broken := folder(t, map[string]string{"data/a.parquet": "no Parquet", "manifest.json": "{}"})
	tests := []struct {
		location, want string
	}{
		{t.TempDir(), "no *.parquet in it"},
		{filepath.Join(broken, "missing.parquet"), "no such file"},
		{broken, "manifest.json: "},
		{"ftp://x", "ftp:// is not supported"},
	}
	for _, tt := range tests {
		if _, err := Open(t.Context(), tt.location, schema.KindData); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want %s", tt.location, err, tt.want)
		}
	}
	if _, err := Open(t.Context(), t.TempDir(), schema.KindData); !errors.Is(err, ErrNoRows) {
		t.Errorf("an empty folder: %v", err)
	}
	s, err := Open(t.Context(), filepath.Join(broken, "data", "a.parquet"), schema.KindData)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Batches(t.Context(), schema.KeyColumn) {
		if err == nil || !strings.Contains(err.Error(), "a.parquet: ") {
			t.Errorf("a damaged file: %v", err)
		}
	}
}

// TestRules reads the rules that a manifest names. Those of raw files are the
// floor; evidence for the run's own threshold is no evidence for another.
func TestRules(t *testing.T) {
	manifest := schema.Manifest{SchemaVersion: schema.Version}
	manifest.Config = "filter:\n  min_score: 0.6\n  nms_iou: 0.5\n  evidence: {n: \"1\"}\noutput:\n  raw_floor: 0.2\n"
	manifest.Merge()
	text, err := schema.EncodeJSON(manifest)
	if err != nil {
		t.Fatal(err)
	}
	file := string(parquetOf(t, rowtest.Rows(rowtest.Data, 3)))
	dir := folder(t, map[string]string{"data/a.parquet": file, "raw/a.parquet": file, "manifest.json": string(text)})
	configured := filter.Config{MinScore: 0.6, NMSIoU: 0.5}
	for kind, want := range map[schema.Kind]filter.Config{schema.KindData: configured, schema.KindRaw: {MinScore: 0.2}} {
		s, err := Open(t.Context(), dir, kind)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]filter.Config{want, configured}, []filter.Config{s.Rules, s.Configured}); diff != "" {
			t.Errorf("rules of %s files differ (-want +got):\n%s", kind, diff)
		}
		if len(s.Digest) != 64 {
			t.Errorf("digest is %q", s.Digest)
		}
	}
}

// TestContent compares with `sha256sum a.parquet` and, of two files, with the
// digest of what `sha256sum a.parquet b.parquet` prints.
func TestContent(t *testing.T) {
	one, err := Open(t.Context(), filepath.Join(folder(t, map[string]string{"a.parquet": "a"}), "a.parquet"), schema.KindData)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Open(t.Context(), folder(t, map[string]string{"a.parquet": "a", "b.parquet": "b"}), schema.KindData)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(content(t, one), " ", content(t, two))
	if want := "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" +
		" a30aae9a1f731b9a53e5a9614c9613170ff7e47cbb932ca1bccbbd116a402934"; got != want {
		t.Errorf("digests are %s, want %s", got, want)
	}
}

func content(t *testing.T, s *Set) string {
	t.Helper()
	digest, err := s.Content(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return digest
}
