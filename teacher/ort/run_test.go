package ort

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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

// slow multiplies a matrix with itself n times.
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
	// A whole run is 8.6 TFLOP: a minute or more.
	input := []Tensor{NewTensor("x0", make([]float32, 1024*1024), 1024, 1024)}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	guard := time.AfterFunc(30*time.Second, func() { panic("the run goes on after its context ended") })
	defer guard.Stop()
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
				if !reflect.DeepEqual(want[i:i+1], got) {
					t.Errorf("input %d: the result differs from that of a run alone", i)
				}
			}
		})
	}
	group.Wait()
}

// Where Go puts a slice must not decide how vector code sums it.
func TestResultIgnoresAlignment(t *testing.T) {
	const n = 3 * 37 * 37
	rng := rand.New(rand.NewPCG(3, 4))
	room := make([]float32, n+16)
	source := make([]float32, n)
	for i := range source {
		source[i] = rng.Float32()
	}
	for _, op := range []string{"ReduceMean", "ReduceL2", "Softmax", "GlobalAveragePool"} {
		s := openModel(t, model{
			nodes:   []node{{op: op, inputs: []string{"x"}, outputs: []string{"y"}}},
			inputs:  []value{{"x", protoFloat, []int64{1, 3, 37, 37}}},
			outputs: []value{{"y", protoFloat, []int64{1, -1, -1, -1}}},
		}.write(t), Options{})
		var want []Tensor
		for shift := range 16 {
			data := room[shift : shift+n]
			copy(data, source)
			got, err := s.Run(t.Context(), []Tensor{NewTensor("x", data, 1, 3, 37, 37)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if !reflect.DeepEqual(want, got) {
				t.Errorf("%s: shifted by %d elements the result differs", op, shift)
			}
		}
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
