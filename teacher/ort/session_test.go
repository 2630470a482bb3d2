package ort

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

func TestOutputsAreFetched(t *testing.T) {
	path := castAll.write(t)
	all := []string{"floats", "ints", "same", "kept"}
	cases := []struct {
		name  string
		fetch []string
		want  []string
	}{
		{"not said", nil, all},
		{"some, in the model's order", []string{"same", "ints"}, []string{"ints", "same"}},
		{"some unknown", []string{"kept", "boxes"}, []string{"kept"}},
		{"all unknown", []string{"boxes"}, all},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := openModel(t, path, Options{Outputs: c.fetch})
			got, err := s.Run(t.Context(), []Tensor{NewTensor("bytes", []uint8{1, 2, 3}, 1, 3), NewTensor("longs", []int64{1}, 1)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var returned []string
			for _, tensor := range got {
				returned = append(returned, tensor.Name)
			}
			for what, got := range map[string][]string{"Run": returned, "Outputs": names(s.Outputs())} {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			if diff := cmp.Diff(all, names(s.AllOutputs())); diff != "" {
				t.Errorf("AllOutputs (-want +got):\n%s", diff)
			}
		})
	}
}
