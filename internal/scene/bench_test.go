package scene

import (
	"io"
	"testing"
)

// BenchmarkScene measures one scene of one canvas size on one core, without encoding.
func BenchmarkScene(b *testing.B) {
	cfg := Default()
	cfg.Canvases = cfg.Canvases[1:2]
	g := newGenerator(b, cfg)
	i := 0
	for b.Loop() {
		g.Scene(i)
		i++
	}
}

// BenchmarkWriteTar measures scenes through to their bytes, on all cores.
func BenchmarkWriteTar(b *testing.B) {
	g := newGenerator(b, Default())
	const scenes = 64
	for b.Loop() {
		if err := g.WriteTar(b.Context(), io.Discard, Range{Count: scenes}, Output{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*scenes)/b.Elapsed().Seconds(), "scenes/s")
}
