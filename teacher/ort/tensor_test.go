package ort

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	cases := []struct {
		name   string
		tensor Tensor
		want   string // "" if valid
	}{
		{"matrix", NewTensor("x", []float32{1, 2, 3, 4, 5, 6}, 2, 3), ""},
		{"no element", NewTensor("x", []uint8(nil), 0, 3), ""},
		{"too few", NewTensor("x", []int64{1}, 2), `tensor "x": shape [2] needs 2 elements, got 1`},
		{"too many", NewTensor("x", []int32{1, 2}, 1), `tensor "x": shape [1] needs 1 elements, got 2`},
		{"rank 0", NewTensor("x", []float32{1}), `tensor "x": rank 0 is not supported; use shape [1]`},
		{"negative", NewTensor("x", []float32{}, -1, 0), `tensor "x": shape [-1 0] has a negative extent`},
		{"overflow", NewTensor("x", []float32{}, math.MaxInt64, 2), `tensor "x": shape [9223372036854775807 2] overflows`},
		{"doubles", Tensor{Name: "x", Shape: []int64{1}, Data: []float64{1}}, `tensor "x": element type []float64 is not supported`},
		{"nothing", Tensor{Name: "x", Shape: []int64{1}}, `tensor "x": element type <nil> is not supported`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.tensor.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestValues(t *testing.T) {
	x := NewTensor("x", []int32{1, 2}, 2)
	got, err := Values[int32](x)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{1, 2}, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	_, err = Values[float32](x)
	checkLine(t, err, `tensor "x" holds []int32, not []float32`)
}
