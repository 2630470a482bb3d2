package glip

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/teacher/onnx"
)

func TestInfo(t *testing.T) {
	loadRuntime(t)
	path, _ := importMini(t, ImportOptions{Vocab: miniVocabulary()})
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	info := m.Info()
	if info.Name != "glip-mini" || len(info.SHA256) != 64 || !strings.HasPrefix(info.Runtime, "onnxruntime 1.") || info.Device != "cpu" {
		t.Errorf("info %+v", info)
	}
}

func TestOpenRefuses(t *testing.T) {
	loadRuntime(t)
	g := onnx.NewGraph("other")
	g.Output("y", g.Input("x", onnx.Float32, onnx.Fixed(2)), onnx.Float32, onnx.Fixed(2))
	other := filepath.Join(t.TempDir(), "other.onnx")
	if _, err := (&onnx.Model{Graph: g, Opset: opset}).WriteFile(other, onnx.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	_, err := Open(other, Options{})
	if !errors.Is(err, ErrNotTeacher) || !strings.Contains(err.Error(), "runner teacher import") || strings.Contains(err.Error(), "\n") {
		t.Errorf("another model: error %v", err)
	}
	mute, _ := importMini(t, ImportOptions{})
	if _, err := Open(mute, Options{}); err == nil || !strings.Contains(err.Error(), "no vocabulary") {
		t.Errorf("without vocabulary: error %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "no.onnx"), Options{}); err == nil || !strings.Contains(err.Error(), "no.onnx") {
		t.Errorf("missing file: error %v", err)
	}
	path, _ := importMini(t, ImportOptions{Vocab: miniVocabulary()})
	if _, err := Open(path, Options{Parameters: Parameters{NMS: 2}}); err == nil || !strings.Contains(err.Error(), "NMS is 2") {
		t.Errorf("bad parameters: error %v", err)
	}
}

// BenchmarkGround measures glip-mini, one image of its own size, one thread.
func BenchmarkGround(b *testing.B) {
	m := openMini(b, DefaultParameters())
	ex := miniExample(200, 170, 1, 2, 3, 4, 5, 6)
	for b.Loop() {
		ground(b, m, prepare(b, m, ex))
	}
}

func BenchmarkPrepare(b *testing.B) {
	m := openMini(b, DefaultParameters())
	ex := miniExample(640, 480, 1, 2, 3, 4, 5, 6)
	for b.Loop() {
		prepare(b, m, ex)
	}
}
