package glip

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/ort"
)

// TestOpenSession opens what Random wrote in both forms, describes it, and reads
// the work of a run off its inputs.
func TestOpenSession(t *testing.T) {
	loadRuntime(t)
	tests := []struct {
		optimize Optimization
		outputs  int // fetched
		want     Workload
	}{
		{OptimizeFull, 5, Workload{Height: 96, Width: 64, Tokens: 16, Columns: 16, Phrases: 4}},
		{OptimizeNone, 3, Workload{Height: 96, Width: 64, Tokens: 16}},
	}
	for _, tt := range tests {
		t.Run(string(tt.optimize), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "random.onnx")
			o := RandomOptions{Architecture: tiny, Output: path, Name: "r", MinSize: 64, MaxSize: 96, Optimize: tt.optimize}
			if _, err := Random(context.Background(), o); err != nil {
				t.Fatal(err)
			}
			s, err := OpenSession(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got := len(s.Outputs()); got != tt.outputs {
				t.Errorf("%d outputs are fetched, want %d", got, tt.outputs)
			}
			got, err := Describe(s)
			want := Description{Name: "r", Architecture: tiny, Optimize: tt.optimize, Precision: Single, MinSize: 64, MaxSize: 96}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("description (-want +got), error %v:\n%s", err, diff)
			}
			checkWorkload(t, newForm(tt.optimize, tiny.BERT.maxTokens()), tt.want)
		})
	}
}

// checkWorkload compares what WorkloadOf says of a batch of two short texts.
func checkWorkload(t *testing.T, f form, want Workload) {
	t.Helper()
	image, err := prepareImage(sizes{64, 96}, picture(60, 90, 1))
	if err != nil {
		t.Fatal(err)
	}
	text := prompt{ids: []int64{1, 5, 2}, mask: []int64{1, 1, 1}, columns: [][]int32{{1}}}
	q := query{prepared: &prepared{pixmap: image, prompts: []prompt{text}, phrases: 1}, prompt: text}
	got, texts := WorkloadOf(f.batch([]query{q, q}).inputs(new([]uint8), 0))
	if diff := cmp.Diff(want, got); diff != "" || texts != 2 {
		t.Errorf("%d texts, want 2; workload (-want +got):\n%s", texts, diff)
	}
}

func TestOpenSessionRefuses(t *testing.T) {
	loadRuntime(t)
	folder := t.TempDir()
	text := filepath.Join(folder, "text.onnx")
	if err := os.WriteFile(text, []byte("no model"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, filepath.Join(folder, "missing.onnx")} {
		if _, err := OpenSession(path, Options{}); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
	if _, err := Describe(&fakeSession{}); !errors.Is(err, ErrNotTeacher) {
		t.Errorf("a session without properties: error %v, want ErrNotTeacher", err)
	}
	if w, texts := WorkloadOf([]ort.Tensor{{Name: inputIDs}}); texts != 0 || w != (Workload{}) {
		t.Errorf("inputs without shapes: %d texts of %+v, want none", texts, w)
	}
}
