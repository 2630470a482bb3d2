package glip

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestIdentify says of a model what Info says, with its weights in the file and
// beside it.
func TestIdentify(t *testing.T) {
	loadRuntime(t)
	for _, limit := range []int64{0, -1} {
		path, _ := importMini(t, ImportOptions{Vocab: miniVocabulary(), ExternalBytes: limit})
		m, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := m.Info()
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := Identify(path)
		if err != nil || got.Name != want.Name || got.SHA256 != want.SHA256 || got.Runtime != "" || got.Device != "" {
			t.Errorf("external limit %d: %+v, %v; Info says %+v", limit, got, err, want)
		}
		data, err := ExternalData(path)
		if err != nil || (data != "") != (limit < 0) {
			t.Errorf("external limit %d: data in %q, %v", limit, data, err)
		}
		if data == "" {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(path), data)); err != nil {
			t.Fatal(err)
		}
		if _, err := Identify(path); err == nil || !strings.Contains(err.Error(), data) {
			t.Errorf("without its weights: %v", err)
		}
	}
}

func TestIdentifyRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.onnx")
	if _, err := Identify(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for _, content := range []string{"", "not a model at all"} {
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Identify(path); !errors.Is(err, ErrNotTeacher) || !strings.Contains(err.Error(), "runner teacher import") {
			t.Errorf("%q: %v", content, err)
		}
		if _, err := ExternalData(path); !errors.Is(err, ErrNotTeacher) {
			t.Errorf("%q: %v", content, err)
		}
	}
}
