package glip

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/teacher/checkpoint"
)

func TestFiniteWriter(t *testing.T) {
	cases := map[string]struct {
		bits uint32
		want string // of the error, "" when the value passes
	}{
		"zero":              {0, ""},
		"negative":          {0xbf800000, ""},
		"largest":           {0x7f7fffff, ""},
		"smallest":          {0x80000001, ""},
		"infinite":          {0x7f800000, "value 5 is +Inf"},
		"negative infinite": {0xff800000, "value 5 is -Inf"},
		"NaN":               {0x7fc00000, "value 5 is NaN"},
		"signalling NaN":    {0x7f800001, "value 5 is NaN"},
		"negative NaN":      {0xffffffff, "value 5 is NaN"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			first, second := make([]byte, 12), make([]byte, 16)
			binary.LittleEndian.PutUint32(second[8:], c.bits)
			var out bytes.Buffer
			w := &finiteWriter{w: &out}
			if _, err := w.Write(first); err != nil {
				t.Fatal(err)
			}
			_, err := w.Write(second)
			switch {
			case c.want == "" && (err != nil || !bytes.Equal(out.Bytes(), append(first, second...))):
				t.Errorf("error %v, %x written", err, out.Bytes())
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestWeightsNameTheTensor puts one NaN into a checkpoint and reads every
// tensor in both ways.
func TestWeightsNameTheTensor(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "tiny.pth"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "tiny.pth")
	nan := math.Float32bits(float32(math.NaN()))
	binary.LittleEndian.PutUint32(data[len(data)/2&^3:], nan) // storages begin at multiples of 64
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := checkpoint.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	dict, err := file.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	weights := stateWeights{t.Context(), dict}
	var bad string
	for _, spec := range SpecFor(mustInfer(t, weights.specs())) {
		_, err1 := weights.Values(spec.Name)
		err2 := weights.Stream(spec.Name, io.Discard)
		if (err1 == nil) != (err2 == nil) || err1 != nil && err1.Error() != err2.Error() {
			t.Errorf("%s: Values gives %v, Stream %v", spec.Name, err1, err2)
		}
		if err1 != nil {
			bad += spec.Name
		}
	}
	output := filepath.Join(dir, "tiny.onnx")
	_, err = Import(t.Context(), ImportOptions{Checkpoint: path, Output: output})
	if bad == "" || err == nil || !strings.Contains(err.Error(), bad) || !strings.Contains(err.Error(), "is NaN") {
		t.Errorf("NaN in %q; import gives %v", bad, err)
	}
	if _, err := os.Stat(output); err == nil {
		t.Error("a model was written")
	}
}

func mustInfer(t *testing.T, specs []TensorSpec) Architecture {
	t.Helper()
	a, err := Infer(specs)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
