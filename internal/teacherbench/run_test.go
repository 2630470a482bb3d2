package teacherbench

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// smallModel writes a GLIP of few dimensions for small images.
func smallModel(t *testing.T) string {
	t.Helper()
	library, err := ort.Locate("")
	if err != nil {
		t.Skip(err)
	}
	if err := ort.Load(library); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "small.onnx")
	_, err = glip.Random(t.Context(), glip.RandomOptions{Output: path, Name: "small", MinSize: 64, MaxSize: 96, Architecture: glip.Architecture{
		Swin:     glip.Swin{Embed: 8, Depths: [4]int{2, 1, 1, 1}, Heads: [4]int{1, 2, 4, 8}, Window: 4},
		Channels: 16, Blocks: 1, FusionEmbed: 64,
		BERT: glip.BERT{Hidden: 64, Layers: 1, Intermediate: 64, Vocabulary: 30522, Positions: 64},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func smallPhotos(t *testing.T, n int) []Sample {
	t.Helper()
	photos, err := Photos(n, 60, 45)
	if err != nil {
		t.Fatal(err)
	}
	return photos
}

// TestRun measures with loops of the least length, which is one batch each.
func TestRun(t *testing.T) {
	model := smallModel(t)
	var steps []string
	report, err := Run(t.Context(), smallPhotos(t, 6), Options{
		Model: model, Batches: []int{2, 3}, InFlight: 2, Workers: 2,
		Observe: func(step string) { steps = append(steps, step) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (glip.Workload{Height: 64, Width: 96, Tokens: 32, Columns: 16, Phrases: 8}); report.Shape != want {
		t.Errorf("shape %+v, want %+v", report.Shape, want)
	}
	if len(steps) != 5 || len(report.Points) != 2 || report.Model.Name != "small" || report.PeakBytes < 0 {
		t.Errorf("steps %q, report %+v", steps, report)
	}
	for _, p := range report.Points {
		if !(p.Bare > 0 && p.Fed > 0 && p.Ratio > 0 && p.GFLOPS > 0 && p.ModelMillis > 0 && p.PostMillis >= 0) {
			t.Errorf("point %+v", p)
		}
		if !(p.Busy > 0 && p.Busy <= 1) {
			t.Errorf("batches of %d: the device was busy for %v of the time", p.Batch, p.Busy)
		}
		if least := int64(3 * 64 * 96); p.BytesIn < least || p.BytesIn > 2*least || p.BytesOut < 1000 {
			t.Errorf("%d bytes in and %d out for an image", p.BytesIn, p.BytesOut)
		}
	}
	checkProfile(t, report.Profile)
	if _, err := json.Marshal(report); err != nil {
		t.Error(err)
	}
}

// checkProfile wants every part of a GLIP, nothing else, and few nodes without
// a telling name.
func checkProfile(t *testing.T, p Profile) {
	t.Helper()
	if p.Batch != 2 || p.Runs != leastRuns || p.InferredShare > 0.3 {
		t.Errorf("profile of batches of %d in %d runs, %.3f inferred", p.Batch, p.Runs, p.InferredShare)
	}
	for i, part := range p.Parts {
		if part.Part != glip.Parts[i] || part.Millis <= 0 || part.GMACs == 0 && part.Part != glip.PartPixels {
			t.Errorf("part %d is %+v", i, part)
		}
	}
	if len(p.Parts) != len(glip.Parts)-1 {
		t.Errorf("%d parts, want all but %q", len(p.Parts), glip.PartOther)
	}
}

func TestRunRefuses(t *testing.T) {
	model := smallModel(t)
	damaged := smallPhotos(t, 2)
	damaged[1].Image = damaged[1].Image[:50]
	text := filepath.Join(t.TempDir(), "text.onnx")
	if err := os.WriteFile(text, []byte("no model"), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		samples []Sample
		options Options
		want    string
	}{
		{"no batch size", smallPhotos(t, 1), Options{Model: model}, "want at least one"},
		{"empty batches", smallPhotos(t, 1), Options{Model: model, Batches: []int{1, 0}}, "all positive"},
		{"negative", smallPhotos(t, 1), Options{Model: model, Batches: []int{1}, InFlight: -1}, "none can be negative"},
		{"too few images", smallPhotos(t, 3), Options{Model: model, Batches: []int{1, 4}}, "3 images give 0 batches of 4"},
		{"damaged image", damaged, Options{Model: model, Batches: []int{1}}, "sample 1: corrupt image"},
		{"no model", smallPhotos(t, 1), Options{Model: text, Batches: []int{1}}, "text.onnx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report, err := Run(t.Context(), tt.samples, tt.options)
			if report != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("report %v, error %v, want %q", report, err, tt.want)
			}
		})
	}
}

func TestRunStops(t *testing.T) {
	model := smallModel(t)
	for _, last := range []string{"preparing", "batches", "parts"} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Run(ctx, smallPhotos(t, 2), Options{Model: model, Batches: []int{1}, Observe: func(step string) {
			if strings.Contains(step, last) {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped before %q: error %v", last, err)
		}
		cancel()
	}
}
