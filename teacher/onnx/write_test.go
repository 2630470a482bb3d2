package onnx

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// weight returns an initializer of n float32, all of one byte repeated.
func weight(name string, n int64, fill byte) Initializer {
	return Initializer{Name: name, DType: Float32, Shape: []int64{n}, Write: func(w io.Writer) error {
		_, err := w.Write(bytes.Repeat([]byte{fill}, int(4*n)))
		return err
	}}
}

// sample has every kind of field, and one small and two large weights. Its
// operators mean nothing.
func sample() *Model {
	g := NewGraph("sample")
	x := g.Input("x", Float32, Free("batch"), Fixed(3))
	g.Scope("part")
	small := g.Weight(weight("small", 4, 1))
	big := g.Weight(weight("big", 600, 2))
	huge := g.Weight(weight("huge", 2000, 3))
	y := g.Op("Foo", []Value{x, "", small, big, huge, g.Floats(0.5), g.Ints(-1, 2)},
		Int("axis", -1), Ints("perm", 0, 2, 1), Float("alpha", 0.25), String("mode", "linear"))
	parts := g.Ops("Split", 2, []Value{y, g.Floats(0.5)})
	parts[0] = "" // the caller may do as it likes with its copy
	g.Output("y", parts[1], Float32, Free("batch"))
	return &Model{Graph: g, Opset: 20, Producer: "test", Metadata: []Property{{"a", "1"}, {"b", "zwei\nzeilen"}}}
}

func write(t *testing.T, m *Model, o WriteOptions) (*Written, message) {
	t.Helper()
	w, err := m.WriteFile(filepath.Join(t.TempDir(), "m.onnx"), o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(w.Model.Path)
	if err != nil {
		t.Fatal(err)
	}
	return w, decode(t, b)
}

func TestModelFields(t *testing.T) {
	_, m := write(t, sample(), WriteOptions{})
	if got := m.int(modelIRVersion); got != irVersion {
		t.Errorf("IR version %d", got)
	}
	if got := decode(t, m.bytes(modelOpsetImport)).int(opsetVersion); got != 20 {
		t.Errorf("opset %d", got)
	}
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "zwei\nzeilen"}, m.entries(t, modelMetadata)); diff != "" {
		t.Error(diff)
	}
	g := decode(t, m.bytes(modelGraph))
	if got := len(g[graphNode]); got != 3 {
		t.Fatalf("%d nodes, want 3", got)
	}
	n := decode(t, g[graphNode][0].([]byte))
	want := []string{"x", "", "small", "big", "huge", "const_0", "const_1"}
	if diff := cmp.Diff(want, n.texts(nodeInput)); diff != "" {
		t.Error(diff)
	}
	split := decode(t, g[graphNode][1].([]byte))
	if diff := cmp.Diff([]string{"part/Split_1:0", "part/Split_1:1"}, split.texts(nodeOutput)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"part/Foo_0:0", "const_0"}, split.texts(nodeInput)); diff != "" {
		t.Error(diff)
	}
	last := decode(t, g[graphNode][2].([]byte))
	if diff := cmp.Diff([]string{"y"}, last.texts(nodeOutput)); diff != "" {
		t.Error(diff)
	}
}

func TestAttributes(t *testing.T) {
	_, m := write(t, sample(), WriteOptions{})
	n := decode(t, decode(t, m.bytes(modelGraph))[graphNode][0].([]byte))
	attrs := map[string]message{}
	for _, a := range n[nodeAttribute] {
		d := decode(t, a.([]byte))
		attrs[d.text(attrName)] = d
	}
	if a := attrs["axis"]; a.int(attrI) != -1 || a.int(attrType) != int64(kindInt) {
		t.Errorf("axis %v", a)
	}
	if a := attrs["alpha"]; a.int(attrF) != 0x3e800000 || a.int(attrType) != int64(kindFloat) {
		t.Errorf("alpha %v", a)
	}
	if a := attrs["mode"]; a.text(attrS) != "linear" || a.int(attrType) != int64(kindString) {
		t.Errorf("mode %v", a)
	}
	if a := attrs["perm"]; !cmp.Equal(a.ints(t, attrInts), []int64{0, 2, 1}) || a.int(attrType) != int64(kindInts) {
		t.Errorf("perm %v", a)
	}
}

func TestValueInfo(t *testing.T) {
	_, m := write(t, sample(), WriteOptions{})
	in := decode(t, decode(t, m.bytes(modelGraph)).bytes(graphInput))
	tensor := decode(t, decode(t, in.bytes(infoType)).bytes(typeTensor))
	shape := decode(t, tensor.bytes(tensorShape))
	first, second := decode(t, shape[shapeDim][0].([]byte)), decode(t, shape[shapeDim][1].([]byte))
	if in.text(infoName) != "x" || tensor.int(tensorElemType) != int64(Float32) {
		t.Errorf("input %v of %v", in, tensor)
	}
	if first.text(dimParam) != "batch" || second.int(dimValue) != 3 {
		t.Errorf("shape %v %v", first, second)
	}
}

// initializers returns the graph's tensors by name.
func initializers(t *testing.T, m message) map[string]message {
	t.Helper()
	out := map[string]message{}
	for _, v := range decode(t, m.bytes(modelGraph))[graphInitializer] {
		d := decode(t, v.([]byte))
		out[d.text(tensorName)] = d
	}
	return out
}

func TestInlineData(t *testing.T) {
	w, m := write(t, sample(), WriteOptions{})
	tensors := initializers(t, m)
	if w.Data != nil || w.SHA256 != w.Model.SHA256 {
		t.Errorf("unexpected data file: %+v", w)
	}
	if got := tensors["huge"].bytes(tensorRawData); !bytes.Equal(got, bytes.Repeat([]byte{3}, 8000)) {
		t.Errorf("huge has %d bytes", len(got))
	}
	if diff := cmp.Diff([]float32{0.5}, floatsOf(tensors["const_0"].bytes(tensorRawData))); diff != "" {
		t.Error(diff)
	}
	if dims := tensors["const_0"].ints(t, tensorDims); len(dims) != 0 {
		t.Errorf("a scalar has dimensions %v", dims)
	}
	if diff := cmp.Diff([]int64{2}, tensors["const_1"].ints(t, tensorDims)); diff != "" {
		t.Error(diff)
	}
}

func TestExternalData(t *testing.T) {
	w, m := write(t, sample(), WriteOptions{ExternalBytes: -1})
	data, err := os.ReadFile(w.Data.Path)
	if err != nil {
		t.Fatal(err)
	}
	tensors := initializers(t, m)
	if tensors["small"].bytes(tensorRawData) == nil {
		t.Error("a small tensor left the model file")
	}
	for name, fill := range map[string]byte{"big": 2, "huge": 3} {
		e := tensors[name].entries(t, tensorExternalData)
		offset, _ := strconv.Atoi(e["offset"])
		length, _ := strconv.Atoi(e["length"])
		if e["location"] != "m.onnx.data" || offset%alignment != 0 || tensors[name].int(tensorDataLocation) != locationExternal {
			t.Errorf("%s: %v", name, e)
		}
		if got := data[offset:][:length]; !bytes.Equal(got, bytes.Repeat([]byte{fill}, length)) {
			t.Errorf("%s has other bytes", name)
		}
	}
	model, _ := os.ReadFile(w.Model.Path)
	sum := sha256.Sum256(append(model, data...))
	if got := hex.EncodeToString(sum[:]); got != w.SHA256 {
		t.Errorf("digest of both files is %s, report says %s", got, w.SHA256)
	}
	if w.Model.Bytes != int64(len(model)) || w.Data.Bytes != int64(len(data)) {
		t.Errorf("sizes %d and %d, report says %+v", len(model), len(data), w)
	}
}

func TestBytesAreReproducible(t *testing.T) {
	for _, o := range []WriteOptions{{}, {ExternalBytes: -1}} {
		a, _ := write(t, sample(), o)
		b, _ := write(t, sample(), o)
		if a.SHA256 != b.SHA256 {
			t.Errorf("%+v: two writings differ", o)
		}
	}
}

func TestExternalThreshold(t *testing.T) {
	m := sample()
	for limit, want := range map[int64]bool{0: false, -1: true, 10000: true, 20000: false} {
		if got := m.UsesExternal(WriteOptions{ExternalBytes: limit}); got != want {
			t.Errorf("limit %d: external %v, want %v", limit, got, want)
		}
	}
}

func TestTooLargeForProtobuf(t *testing.T) {
	g := NewGraph("large")
	w := weight("w", 1<<30, 0)
	g.Output("y", g.Op("Identity", []Value{g.Weight(w)}), Float32)
	_, err := (&Model{Graph: g, Opset: 20}).WriteFile(filepath.Join(t.TempDir(), "m.onnx"), WriteOptions{ExternalBytes: 1 << 40})
	if err == nil || !strings.Contains(err.Error(), "external data") {
		t.Errorf("error %v", err)
	}
}

// A file must be whole or absent, whatever goes wrong.
func TestNothingIsLeftAfterAnError(t *testing.T) {
	broken := errors.New("the disk is on fire")
	cases := map[string]struct {
		write func(io.Writer) error
		want  string
	}{
		"source fails": {func(io.Writer) error { return broken }, "on fire"},
		"too short":    {func(w io.Writer) error { _, err := w.Write(make([]byte, 10)); return err }, "10 bytes written"},
		"too long":     {func(w io.Writer) error { _, err := w.Write(make([]byte, 5000)); return err }, "5000 bytes written"},
	}
	for name, c := range cases {
		for _, external := range []int64{0, -1} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				m := sample()
				m.Graph.initializers[1].Write = c.write
				_, err := m.WriteFile(filepath.Join(dir, "m.onnx"), WriteOptions{ExternalBytes: external})
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"big"`) {
					t.Errorf("error %v", err)
				}
				if left, _ := os.ReadDir(dir); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	}
}

func TestDataFileGoesWhenTheModelCannotBeNamed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.onnx")
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := sample().WriteFile(path, WriteOptions{ExternalBytes: -1}); err == nil {
		t.Fatal("no error")
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 1 || left[0].Name() != "m.onnx" {
		t.Errorf("left behind: %v", left)
	}
}

func TestReplacesAnExistingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.onnx")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := sample().WriteFile(path, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); int64(len(b)) != w.Model.Bytes {
		t.Errorf("%d bytes", len(b))
	}
}

func TestMissingFolder(t *testing.T) {
	_, err := sample().WriteFile(filepath.Join(t.TempDir(), "no", "m.onnx"), WriteOptions{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkWriteFile(b *testing.B) {
	g := NewGraph("bench")
	chunk := make([]byte, 1<<20)
	v := g.Weight(Initializer{Name: "w", DType: Float32, Shape: []int64{64 << 18}, Write: func(w io.Writer) error {
		for range 64 {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
		}
		return nil
	}})
	g.Output("y", v, Float32)
	m := &Model{Graph: g, Opset: 20}
	path := filepath.Join(b.TempDir(), "m.onnx")
	b.SetBytes(64 << 20)
	for b.Loop() {
		if _, err := m.WriteFile(path, WriteOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
