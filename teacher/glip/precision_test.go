package glip

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/teacher"
)

// What rounding to float16 changes in the bundled teacher is bounded, and it is
// not nothing. The quality that is left is measured by internal/bench.
func TestHalfIsClose(t *testing.T) {
	single, half := openTiny(t), openTinyAs(t, Half)
	q := queries([]*prepared{prepare(t, single, example(picture(96, 64, 3), "a red apple near two dogs", dog...)).(*prepared)})
	length := longest(q)
	b := newBatch(q, length, selectAll(q, length))
	want, got := dense(t, single, b), dense(t, half, b)
	for i, limit := range []float64{1e-3, 0.02, 0.01} {
		if i == 0 {
			got[i], want[i] = probabilities(got[i]), probabilities(want[i])
		}
		diff := maxDiff(got[i], want[i])
		if diff > limit || diff == 0 {
			t.Errorf("%s differ by %g, want at most %g and not 0", denseOutputs[i], diff, limit)
		}
		t.Logf("%s: %.2g", denseOutputs[i], diff)
	}
}

// A float16 model keeps its contract with several texts and long captions.
func TestHalfGrounds(t *testing.T) {
	m := openTinyAs(t, Half)
	caption, phrases := marked(story)
	p := prepare(t, m, example(picture(120, 90, 7), caption, phrases...))
	for i, g := range ground(t, m, p)[0] {
		if g.BeyondPrompt || !(g.Best > 0 && g.Best < 1) {
			t.Errorf("phrase %d: %+v", i, g)
		}
	}
	if _, err := m.Ground(context.Background(), []teacher.Prepared{p}); err != nil {
		t.Errorf("grounded again: %v", err)
	}
}

func TestHalfModelIsSmaller(t *testing.T) {
	size := func(p Precision) int64 {
		report, err := Import(context.Background(), ImportOptions{
			Checkpoint: filepath.Join("..", "..", "testdata", "tiny.pth"), Output: filepath.Join(t.TempDir(), "m.onnx"), Precision: p,
		})
		if err != nil {
			t.Fatal(err)
		}
		return report.Written.Model.Bytes
	}
	if single, half := size(Single), size(Half); half*100 > single*60 {
		t.Errorf("fp16 has %d bytes, fp32 %d", half, single)
	}
}

func TestHalfWriter(t *testing.T) {
	encode := func(values ...float32) []byte {
		b, _ := binary.Append(nil, binary.LittleEndian, values)
		return b
	}
	var out bytes.Buffer
	w := &halfWriter{w: &out, name: "some.weight"}
	for _, values := range [][]float32{{1, -2}, {65504, 1e-9}} {
		if n, err := w.Write(encode(values...)); n != 8 || err != nil {
			t.Fatalf("%d bytes, error %v", n, err)
		}
	}
	if want := "\x00\x3c\x00\xc0\xff\x7b\x00\x00"; out.String() != want {
		t.Errorf("wrote %x, want %x", out.String(), want)
	}
	for _, v := range []float32{65520, -1e9, float32(math.Inf(1))} {
		if _, err := w.Write(encode(v)); err == nil || !strings.Contains(err.Error(), "some.weight") || !strings.Contains(err.Error(), "fp32") {
			t.Errorf("%v: error %v", v, err)
		}
	}
}
