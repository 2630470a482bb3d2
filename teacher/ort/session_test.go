package ort

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// load makes the runtime available or skips the test.
func load(t testing.TB) {
	t.Helper()
	path, err := Locate("")
	if err != nil {
		t.Skip(err)
	}
	if err := Load(path); err != nil {
		t.Fatal(err)
	}
}

func openModel(t testing.TB, path string, options Options) *Session {
	t.Helper()
	load(t)
	s, err := Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var matmul = model{
	nodes: []node{{op: "MatMul", inputs: []string{"a", "b"}, outputs: []string{"c"}}},
	inputs: []value{
		{"a", protoFloat, []int64{-1, -1}},
		{"b", protoFloat, []int64{-1, 3}},
	},
	outputs:  []value{{"c", protoFloat, []int64{-1, 3}}},
	metadata: map[string]string{"teacher": "none", "empty": ""},
}

// castAll brings every supported type in and out.
var castAll = model{
	nodes: []node{
		{op: "Cast", inputs: []string{"bytes"}, outputs: []string{"floats"}, ints: map[string]int64{"to": protoFloat}},
		{op: "Cast", inputs: []string{"longs"}, outputs: []string{"ints"}, ints: map[string]int64{"to": protoInt32}},
		{op: "Identity", inputs: []string{"bytes"}, outputs: []string{"same"}},
		{op: "Identity", inputs: []string{"longs"}, outputs: []string{"kept"}},
	},
	inputs: []value{
		{"bytes", protoUint8, []int64{-1, 3}},
		{"longs", protoInt64, []int64{-1}},
	},
	outputs: []value{
		{"floats", protoFloat, []int64{-1, 3}},
		{"ints", protoInt32, []int64{-1}},
		{"same", protoUint8, []int64{-1, 3}},
		{"kept", protoInt64, []int64{-1}},
	},
}

// slow multiplies a matrix with itself n times: seconds for n in the thousands.
func slow(n int) model {
	m := model{inputs: []value{{"x0", protoFloat, []int64{-1, -1}}}}
	for i := range n {
		m.nodes = append(m.nodes, node{
			op:      "MatMul",
			inputs:  []string{fmt.Sprint("x", i), "x0"},
			outputs: []string{fmt.Sprint("x", i+1)},
		})
	}
	m.outputs = []value{{fmt.Sprint("x", n), protoFloat, []int64{-1, -1}}}
	return m
}

func TestSessionDescribesModel(t *testing.T) {
	s := openModel(t, matmul.write(t), Options{})
	want := []ValueInfo{
		{"a", "float32", []int64{-1, -1}},
		{"b", "float32", []int64{-1, 3}},
	}
	if diff := cmp.Diff(want, s.Inputs()); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]ValueInfo{{"c", "float32", []int64{-1, 3}}}, s.Outputs()); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(matmul.metadata, s.Metadata()); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

func TestRunMultiplies(t *testing.T) {
	s := openModel(t, matmul.write(t), Options{})
	b := NewTensor("b", []float32{1, 2, 3, 4, 5, 6}, 2, 3)
	cases := []struct {
		name string
		a    Tensor
		want Tensor
	}{
		{"one row", NewTensor("a", []float32{1, 10}, 1, 2), NewTensor("c", []float32{41, 52, 63}, 1, 3)},
		{"two rows", NewTensor("a", []float32{1, 0, 0, 1}, 2, 2), NewTensor("c", []float32{1, 2, 3, 4, 5, 6}, 2, 3)},
		{"no row", NewTensor("a", []float32{}, 0, 2), NewTensor("c", []float32{}, 0, 3)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Run(t.Context(), []Tensor{b, c.a}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Tensor{c.want}, got); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunCarriesEveryType(t *testing.T) {
	s := openModel(t, castAll.write(t), Options{})
	inputs := []Tensor{
		NewTensor("bytes", []uint8{0, 128, 255}, 1, 3),
		NewTensor("longs", []int64{-7, 1 << 20}, 2),
	}
	got, err := s.Run(t.Context(), inputs, []string{"ints", "same", "floats", "kept"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Tensor{
		NewTensor("ints", []int32{-7, 1 << 20}, 2),
		NewTensor("same", []uint8{0, 128, 255}, 1, 3),
		NewTensor("floats", []float32{0, 128, 255}, 1, 3),
		NewTensor("kept", []int64{-7, 1 << 20}, 2),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

func TestRunRefuses(t *testing.T) {
	s := openModel(t, matmul.write(t), Options{})
	a := NewTensor("a", []float32{1, 2}, 1, 2)
	b := NewTensor("b", []float32{1, 2, 3, 4, 5, 6}, 2, 3)
	cases := []struct {
		name    string
		inputs  []Tensor
		outputs []string
		want    string
	}{
		{"missing input", []Tensor{a}, nil, `input "b" is missing`},
		{"unknown input", []Tensor{a, b, NewTensor("z", []float32{1}, 1)}, nil, `no input "z"`},
		{"repeated input", []Tensor{a, b, a}, nil, `input "a" is given twice`},
		{"wrong type", []Tensor{a, NewTensor("b", []int64{1, 2, 3}, 1, 3)}, nil, `tensor "b" holds int64, the model wants float32`},
		{"wrong extent", []Tensor{a, NewTensor("b", []float32{1, 2}, 1, 2)}, nil, `tensor "b" has shape [1 2], the model wants [-1 3]`},
		{"wrong rank", []Tensor{a, NewTensor("b", []float32{1, 2, 3}, 3)}, nil, `tensor "b" has shape [3], the model wants [-1 3]`},
		{"too few elements", []Tensor{a, NewTensor("b", []float32{1}, 1, 3)}, nil, `shape [1 3] needs 3 elements, got 1`},
		{"unknown output", []Tensor{a, b}, []string{"d"}, `no output "d"`},
		{"inner extents differ", []Tensor{NewTensor("a", []float32{1}, 1, 1), b}, nil, "MatMul"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Run(t.Context(), c.inputs, c.outputs)
			checkLine(t, err, c.want)
		})
	}
}

// checkLine wants a one-line error with the given text in it.
func checkLine(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q, want one line with %q", err, want)
	}
}

func TestOpenRefuses(t *testing.T) {
	load(t)
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "m.onnx")
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	half := model{
		nodes:   []node{{op: "Identity", inputs: []string{"x"}, outputs: []string{"y"}}},
		inputs:  []value{{"x", protoFloat16, []int64{1}}},
		outputs: []value{{"y", protoFloat16, []int64{1}}},
	}
	external := model{
		nodes:    []node{{op: "Add", inputs: []string{"x", "w"}, outputs: []string{"y"}}},
		inputs:   []value{{"x", protoFloat, []int64{4}}},
		outputs:  []value{{"y", protoFloat, []int64{4}}},
		external: "weights.bin",
	}
	short := external.write(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(short), "weights.bin"), []byte("abc"), 0o666); err != nil {
		t.Fatal(err)
	}
	unknown := half
	unknown.nodes = []node{{op: "Sumproduct", inputs: []string{"x"}, outputs: []string{"y"}}}
	cases := []struct{ name, path, want string }{
		{"missing file", filepath.Join(t.TempDir(), "none.onnx"), "no such file"},
		{"folder", t.TempDir(), "is not a file"},
		{"empty file", file(""), "not an ONNX model"},
		{"text file", file("hello, world\n"), "not an ONNX model"},
		{"truncated model", file(string(matmul.encode()[:40])), "not an ONNX model"},
		{"float16", half.write(t), `input "x" has element type`},
		{"missing external data", external.write(t), "external data is missing"},
		{"short external data", short, "external data is short"},
		{"unknown operator", unknown.write(t), "operator that this ONNX Runtime lacks"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(c.path, Options{})
			checkLine(t, err, c.want)
			checkLine(t, err, c.path)
		})
	}
}

func TestExternalDataIsRead(t *testing.T) {
	for _, disable := range []bool{false, true} {
		path := model{
			nodes:    []node{{op: "Identity", inputs: []string{"w"}, outputs: []string{"y"}}, {op: "Identity", inputs: []string{"x"}, outputs: []string{"z"}}},
			inputs:   []value{{"x", protoFloat, []int64{1}}},
			outputs:  []value{{"y", protoFloat, []int64{4}}, {"z", protoFloat, []int64{1}}},
			external: "w.bin",
		}.write(t)
		data := []byte{0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64}
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "w.bin"), data, 0o666); err != nil {
			t.Fatal(err)
		}
		s := openModel(t, path, Options{DisablePrepacking: disable})
		got, err := s.Run(t.Context(), []Tensor{NewTensor("x", []float32{0}, 1)}, []string{"y"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Tensor{NewTensor("y", []float32{1, 2, 3, 4}, 4)}, got); diff != "" {
			t.Errorf("outputs (-want +got):\n%s", diff)
		}
	}
}

func TestRankZeroOutputIsAnError(t *testing.T) {
	s := openModel(t, model{
		nodes:   []node{{op: "ReduceSum", inputs: []string{"x"}, outputs: []string{"y"}, ints: map[string]int64{"keepdims": 0}}},
		inputs:  []value{{"x", protoFloat, []int64{-1}}},
		outputs: []value{{"y", protoFloat, nil}},
	}.write(t), Options{})
	_, err := s.Run(t.Context(), []Tensor{NewTensor("x", []float32{1}, 1)}, nil)
	checkLine(t, err, "no dimensions")
}

func TestRunStopsWhenContextEnds(t *testing.T) {
	s := openModel(t, slow(4000).write(t), Options{DisablePrepacking: true})
	input := []Tensor{NewTensor("x0", make([]float32, 256*256), 256, 256)}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := s.Run(ctx, input, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
	if _, err := s.Run(ctx, input, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("already ended: error %v, want %v", err, context.DeadlineExceeded)
	}
	// One run's end must not touch the next.
	small := []Tensor{NewTensor("x0", []float32{0}, 1, 1)}
	if _, err := s.Run(t.Context(), small, nil); err != nil {
		t.Errorf("run after a cancelled one: %v", err)
	}
}

func TestConcurrentRunsAreIndependentAndEqual(t *testing.T) {
	s := openModel(t, slow(8).write(t), Options{})
	rng := rand.New(rand.NewPCG(1, 2))
	var inputs, want []Tensor
	for range 8 {
		data := make([]float32, 64*64)
		for i := range data {
			data[i] = rng.Float32() / 32
		}
		in := NewTensor("x0", data, 64, 64)
		out, err := s.Run(t.Context(), []Tensor{in}, nil)
		if err != nil {
			t.Fatal(err)
		}
		inputs, want = append(inputs, in), append(want, out[0])
	}
	var group sync.WaitGroup
	for i := range inputs {
		group.Go(func() {
			for range 10 {
				got, err := s.Run(t.Context(), inputs[i:i+1], nil)
				if err != nil {
					t.Error(err)
					return
				}
				if diff := cmp.Diff(want[i:i+1], got); diff != "" {
					t.Errorf("input %d (-alone +beside others):\n%s", i, diff)
				}
			}
		})
	}
	group.Wait()
}

func TestRunAfterClose(t *testing.T) {
	load(t)
	s, err := Open(matmul.write(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	inputs := []Tensor{NewTensor("a", []float32{1}, 1, 1), NewTensor("b", []float32{1, 2, 3}, 1, 3)}
	if _, err := s.Run(t.Context(), inputs, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want %v", err, ErrClosed)
	}
}

func TestProfileIsWritten(t *testing.T) {
	load(t)
	prefix := filepath.Join(t.TempDir(), "profile")
	s, err := Open(matmul.write(t), Options{ProfilePrefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(prefix + "*.json")
	if err != nil || len(files) != 1 {
		t.Errorf("profiles %v (%v), want one", files, err)
	}
}

func BenchmarkRunOverhead(b *testing.B) {
	load(b)
	path := filepath.Join(b.TempDir(), "m.onnx")
	if err := os.WriteFile(path, matmul.encode(), 0o666); err != nil {
		b.Fatal(err)
	}
	s := openModel(b, path, Options{})
	inputs := []Tensor{NewTensor("a", []float32{1}, 1, 1), NewTensor("b", []float32{1, 2, 3}, 1, 3)}
	for b.Loop() {
		if _, err := s.Run(b.Context(), inputs, nil); err != nil {
			b.Fatal(err)
		}
	}
}
