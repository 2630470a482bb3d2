package verify

import (
	"context"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

func TestSeriesOf(t *testing.T) {
	tests := []struct {
		name  string
		paths []string
		want  series
	}{
		{"nothing", nil, series{}},
		{"foreign names", []string{"data/x.parquet", "_SUCCESS"}, series{}},
		{"one", []string{"data/train-00000-of-00003.parquet"}, series{"train", 3}},
		{"the most common", []string{"data/train-00000-of-00001.parquet", "data/train-00000-of-00003.parquet", "raw/train-00000-of-00003.parquet"}, series{"train", 3}},
		{"equally common", []string{"data/b-00000-of-00001.parquet", "data/a-00000-of-00001.parquet", "data/a-00000-of-00002.parquet"}, series{"a", 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := seriesOf(tt.paths); got != tt.want {
				t.Errorf("series is %+v, want %+v", got, tt.want)
			}
		})
	}
}

// watch notes what is opened.
type watch struct {
	memory
	opened []string
}

func (w *watch) Open(ctx context.Context, name string) (storage.Reader, error) {
	w.opened = append(w.opened, name)
	return w.memory.Open(ctx, name)
}

// FuzzManifestPath gives a file of the manifest any path. Nothing outside the
// run's own files may be opened for it, and the lie must be found.
func FuzzManifestPath(f *testing.F) {
	store := newRun(f)
	for _, path := range []string{"", "/etc/passwd", "../x", "data/../../x", "data/train-00000-of-00003.parquet", "data/train-00001-of-00003.parquet",
		"units/train-00000-of-00003.json", "data/train-00000-of-99999.parquet", "data/train-0-of-3.parquet", "manifest.json", "data//x", "data/\x00", "raw/é-00000-of-00003.parquet"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		path = strings.ToValidUTF8(path, "?")
		watched := &watch{memory: edit(t, store, schema.ManifestName, func(m *schema.Manifest) { m.Files[0].Path = path })}
		report := mustCheck(t, watched, Options{Quick: true, Workers: 1})
		if report.OK() != (path == file(schema.KindData, 0)) {
			t.Errorf("path %q: problems %v", path, report.Problems)
		}
		for _, name := range watched.opened {
			if _, ok := store[name]; !ok {
				t.Errorf("path %q: opened %q", path, name)
			}
		}
	})
}
