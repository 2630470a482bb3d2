//go:build !race

package raster

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestSteadyStateMakesNoGarbage decodes, resizes and recycles. What is left are
// the planes of image/jpeg where that decodes, and its 14 kB of state, also where
// it only reads the header.
func TestSteadyStateMakesNoGarbage(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties the pools,
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))  // and a processor may hold a buffer back
	data := photo(t, 400, 304)
	one := func() {
		img, err := Decode(data, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		resized := Resize(img.RGB, 533, 400)
		Recycle(img.RGB)
		Recycle(resized)
	}
	one()
	const rounds = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		one()
	}
	runtime.ReadMemStats(&after)
	perImage := float64(after.TotalAlloc-before.TotalAlloc) / rounds
	t.Logf("%.0f bytes an image", perImage)
	if limit := 16e3 + decoderGarbage*400*304; perImage > limit {
		t.Errorf("%.0f bytes of garbage an image, want at most %.0f", perImage, limit)
	}
}

func TestResizeDoesNotAllocatePixels(t *testing.T) {
	src := noise(64, 48)
	Recycle(Resize(src, 100, 80))
	// The header of the raster and that of the pooled buffer.
	if n := testing.AllocsPerRun(20, func() { Recycle(Resize(src, 100, 80)) }); n > 2 {
		t.Errorf("%v allocations", n)
	}
}
