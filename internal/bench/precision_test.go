package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// loadRuntime loads ONNX Runtime; without it the test is skipped, unless it is
// required.
func loadRuntime(t *testing.T) {
	t.Helper()
	library, err := ort.Locate("")
	if err == nil {
		err = ort.Load(library)
	}
	switch {
	case err == nil:
	case os.Getenv("GROUNDMILL_REQUIRE_ORT") != "":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

// TestHalfPrecision wants float16 to cost the bundled teacher at most half a
// point of recall@1.
func TestHalfPrecision(t *testing.T) {
	if testing.Short() {
		t.Skip("grounds hundreds of scenes")
	}
	loadRuntime(t)
	const scenes = 250
	recall := func(p glip.Precision) float64 {
		path := filepath.Join(t.TempDir(), "model.onnx")
		e, err := evaluatePrecision(t.Context(), filepath.Join("..", "..", "testdata"), path, p, scenes)
		if err != nil {
			t.Fatal(err)
		}
		if int(e.counts.Present) < 2*scenes {
			t.Fatalf("%d phrases in %d scenes", e.counts.Present, scenes)
		}
		return 100 * float64(e.counts.Hit) / float64(e.counts.Present)
	}
	single, half := recall(glip.Single), recall(glip.Half)
	t.Logf("recall@1 is %.2f with fp32, %.2f with fp16", single, half)
	if single < 90 || math.Abs(single-half) > 0.5 {
		t.Errorf("recall@1 is %.2f with fp32 and %.2f with fp16; want 90 at least and half a point between them", single, half)
	}
}
