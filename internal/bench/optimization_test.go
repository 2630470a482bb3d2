package main

import (
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/teacherbench"
	"github.com/groundmill/groundmill/teacher/glip"
)

// TestOptimization measures a GLIP of few dimensions: the steps give the same
// answer, with less work and fewer bytes from one to the next.
func TestOptimization(t *testing.T) {
	loadRuntime(t)
	photos, err := teacherbench.Photos(1, 96, 64)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{work: t.TempDir()}
	costs, err := b.stepCosts(t.Context(), glip.RandomOptions{MinSize: 64, MaxSize: 96, Architecture: glip.Architecture{
		Swin:     glip.Swin{Embed: 8, Depths: [4]int{2, 1, 1, 1}, Heads: [4]int{1, 2, 4, 8}, Window: 4},
		Channels: 32, Blocks: 1, FusionEmbed: 64,
		BERT: glip.BERT{Hidden: 64, Layers: 1, Intermediate: 64, Vocabulary: 30522, Positions: 256},
	}}, photos[0])
	if err != nil {
		t.Fatal(err)
	}
	released, short, all := costs[0], costs[1], costs[2]
	if d := largestDifference(costs); d > 1e-5 || released.answer[0].Best == 0 {
		t.Errorf("the steps differ by %g in a phrase's best score, %g as released", d, released.answer[0].Best)
	}
	if !(released.returned > short.returned) {
		t.Errorf("bytes returned: %d as released, %d for the short text", released.returned, short.returned)
	}
	for i, c := range costs {
		if macs, spent := c.work(), c.whole(); macs <= 0 || spent <= 0 || c.after < 0 || c.times.Runs != optimizationRuns {
			t.Errorf("step %d: %d multiply-adds in %v, %v after the model, %d runs", i, macs, spent, c.after, c.times.Runs)
		}
	}
	if !(released.macs[glip.PartFusion] > short.macs[glip.PartFusion] && short.macs[glip.PartOutputs] > all.macs[glip.PartOutputs]) {
		t.Errorf("work of the steps: %v, %v, %v", released.macs, short.macs, all.macs)
	}
	b.optimizationTable(costs)
	for _, row := range []string{"| pixels |  |", "| **fusion** | 0.", "| after the model |  |", "| **whole** | "} {
		if !strings.Contains(b.out.String(), "\n"+row) {
			t.Errorf("the table has no row %q:\n%s", row, &b.out)
		}
	}
	if strings.Contains(b.out.String(), "| other |") {
		t.Errorf("nodes of no part:\n%s", &b.out)
	}
}

func TestGMAC(t *testing.T) {
	for macs, want := range map[int64]string{0: "", 1: "0.0", 27_560_000_000: "27.6"} {
		if got := gmac(macs); got != want {
			t.Errorf("%d multiply-adds are %q, want %q", macs, got, want)
		}
	}
}

func TestFreeSpace(t *testing.T) {
	if free := freeSpace(t.TempDir()); free <= 0 {
		t.Errorf("%d bytes are free", free)
	}
	if free := freeSpace("no/such/folder"); free != 0 {
		t.Errorf("%d bytes are free in no folder", free)
	}
}
