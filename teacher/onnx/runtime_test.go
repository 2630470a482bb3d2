package onnx_test

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/onnx"
	"github.com/groundmill/groundmill/teacher/ort"
)

// affine is y = x·w + 1 with a 3×1000 weight of ones, large enough to leave the
// model file.
func affine() *onnx.Model {
	g := onnx.NewGraph("affine")
	x := g.Input("x", onnx.Float32, onnx.Free("batch"), onnx.Fixed(3))
	w := g.Weight(onnx.Initializer{Name: "w", DType: onnx.Float32, Shape: []int64{3, 1000}, Write: func(w io.Writer) error {
		var b []byte
		for range 3000 {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(1))
		}
		_, err := w.Write(b)
		return err
	}})
	y := g.Op("Add", []onnx.Value{g.Op("MatMul", []onnx.Value{x, w}), g.Floats(1)})
	y = g.Op("ReduceMax", []onnx.Value{y, g.Ints(1)}, onnx.Int("keepdims", 0))
	g.Output("y", y, onnx.Float32, onnx.Free("batch"))
	return &onnx.Model{Graph: g, Opset: 20, Metadata: []onnx.Property{{Key: "k", Value: "v"}}}
}

// The proof that the files are ONNX: the reference runtime runs them.
func TestRuntimeReadsTheFile(t *testing.T) {
	library, err := ort.Locate("")
	if err != nil {
		t.Skip(err)
	}
	if err := ort.Load(library); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]onnx.WriteOptions{"inline": {}, "external": {ExternalBytes: -1}} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.onnx")
			if _, err := affine().WriteFile(path, o); err != nil {
				t.Fatal(err)
			}
			s, err := ort.Open(path, ort.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got := s.Metadata()["k"]; got != "v" {
				t.Errorf("metadata %q", got)
			}
			out, err := s.Run(context.Background(), []ort.Tensor{ort.NewTensor("x", []float32{1, 2, 3, 4, 5, 6}, 2, 3)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]float32{7, 16}, out[0].Data); diff != "" {
				t.Error(diff)
			}
		})
	}
}
