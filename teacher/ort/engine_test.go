package ort

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scale is a model that gives x, or x + x.
func scale(op string) model {
	inputs := map[string][]string{"Identity": {"x"}, "Add": {"x", "x"}}
	return model{
		nodes:   []node{{op: op, inputs: inputs[op], outputs: []string{"y"}}},
		inputs:  []value{{"x", protoFloat, []int64{-1}}},
		outputs: []value{{"y", protoFloat, []int64{-1}}},
	}
}

func upTo(n int64) ShapeProfile {
	return ShapeProfile{"x": {Min: []int64{2}, Opt: []int64{2}, Max: []int64{n}}}
}

// Two models stand in for the two engines that TensorRT would compile.
func TestRunChoosesEngine(t *testing.T) {
	s := openModel(t, scale("Identity").write(t), Options{})
	other := openModel(t, scale("Add").write(t), Options{})
	s.engines = append(s.engines, other.engines...)
	other.engines = nil // now closed by s
	s.engines[0].shapes, s.engines[1].shapes = upTo(3), upTo(5)
	cases := []struct {
		name string
		x    []float32
		want []float32
	}{
		{"first that fits", []float32{1, 2, 3}, []float32{1, 2, 3}},
		{"next", []float32{1, 2, 3, 4}, []float32{2, 4, 6, 8}},
		{"too long", []float32{1, 2, 3, 4, 5, 6}, nil},
		{"too short", []float32{1}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := int64(len(c.x))
			got, err := s.Run(t.Context(), []Tensor{NewTensor("x", c.x, n)}, nil)
			if c.want == nil {
				checkLine(t, err, "no shape profile takes the inputs x [")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Tensor{NewTensor("y", c.want, n)}, got); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(t.Context(), []Tensor{NewTensor("x", []float32{1}, 1)}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want %v", err, ErrClosed)
	}
}

func TestProfileTakes(t *testing.T) {
	pixels := func(shape ...int64) Tensor { return Tensor{Name: "pixels", Shape: shape} }
	cases := []struct {
		name    string
		profile ShapeProfile
		tensor  Tensor
		want    bool
	}{
		{"no profile", nil, pixels(7), true},
		{"smallest", landscape, pixels(1, 512, 800, 3), true},
		{"largest", landscape, pixels(16, 800, 1344, 3), true},
		{"too small", landscape, pixels(1, 480, 800, 3), false},
		{"too large", landscape, pixels(17, 800, 1344, 3), false},
		{"other rank", landscape, pixels(16, 800, 1344), false},
		{"other orientation", portrait, pixels(1, 512, 800, 3), false},
		{"of fixed shape", landscape, Tensor{Name: "scale", Shape: []int64{9}}, true},
	}
	for _, c := range cases {
		if got := c.profile.takes([]Tensor{c.tensor}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
