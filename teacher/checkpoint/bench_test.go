package checkpoint

import (
	"io"
	"os"
	"testing"
)

// benchFile is the checkpoint that the benchmarks read: a large one named by
// GROUNDMILL_CHECKPOINT, or the reference model.
func benchFile(b *testing.B) string {
	b.Helper()
	path := os.Getenv("GROUNDMILL_CHECKPOINT")
	if path == "" {
		path = "../../../shared/data/glip/glip-mini.pth"
	}
	if _, err := os.Stat(path); err != nil {
		b.Skipf("no checkpoint to read: %v", err)
	}
	return path
}

func BenchmarkOpen(b *testing.B) {
	path := benchFile(b)
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.StateDict(); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

// BenchmarkStreamAll opens the file and streams every float tensor.
func BenchmarkStreamAll(b *testing.B) {
	path := benchFile(b)
	for b.Loop() {
		f := mustOpen(b, path)
		sd := mustStateDict(b, f)
		for _, name := range sd.Names() {
			t, _ := sd.Tensor(name)
			if !t.DType().IsFloat() {
				continue
			}
			if err := t.WriteFloat32(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
		f.Close()
	}
}
