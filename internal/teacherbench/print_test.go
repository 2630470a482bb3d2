package teacherbench

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/glip"
)

var update = flag.Bool("update", false, "rewrite testdata/report.txt")

// TestPrint makes a report of figures that are easy to check and prints it.
func TestPrint(t *testing.T) {
	bare := pace{images: 10, wall: 2 * time.Second, ground: 1900 * time.Millisecond, traffic: traffic{
		texts: 10, total: 1800 * time.Millisecond, in: 20_000_000, out: 50_000, macs: map[glip.Part]int64{glip.PartFusion: 4e12},
	}}
	fed := pace{images: 9, wall: 2 * time.Second, traffic: traffic{busy: 1500 * time.Millisecond}}
	times := PartTimes{
		Runs: 3, Between: 6 * time.Second, Inferred: 3 * time.Second,
		Parts: map[glip.Part]time.Duration{glip.PartFusion: 24 * time.Second, glip.PartPixels: 6 * time.Second},
	}
	report := Report{
		Model:   glip.Description{Name: "m", Optimize: glip.OptimizeFull, Precision: glip.Single},
		Runtime: "onnxruntime 1.2.3", Provider: "cuda", Device: "cuda:0", Threads: 1, InFlight: 2, Workers: 16,
		Images: 32, Shape: glip.Workload{Height: 800, Width: 1088, Tokens: 32},
		Points:  []Point{newPoint(2, bare, fed)},
		Profile: newProfile(2, times, traffic{texts: 6, macs: map[glip.Part]int64{glip.PartFusion: 6e12}}),
		Host:    newHost(hostTime{decode: time.Second, prepare: 2 * time.Second, images: 100}), PeakBytes: 300 << 20,
	}
	var got bytes.Buffer
	report.Print(&got)
	path := filepath.Join("testdata", "report.txt")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}
