package ort

import (
	"fmt"
	"math"
)

// Element lists the element types that a Tensor can hold.
type Element interface {
	float32 | int64 | int32 | uint8
}

// Tensor is a named dense array in row-major order.
type Tensor struct {
	Name  string
	Shape []int64 // one extent per axis, at least one axis, zero extents allowed
	Data  any     // []float32, []int64, []int32 or []uint8, one element per cell
}

// NewTensor names data and gives it a shape. It copies nothing and checks
// nothing; Validate and Session.Run check.
func NewTensor[T Element](name string, data []T, shape ...int64) Tensor {
	return Tensor{Name: name, Shape: shape, Data: data}
}

// Values returns the elements of t, or an error that names t if they are not
// of type T. The slice is t's own.
func Values[T Element](t Tensor) ([]T, error) {
	data, ok := t.Data.([]T)
	if !ok {
		var want []T
		return nil, fmt.Errorf("tensor %q holds %T, not %T", t.Name, t.Data, want)
	}
	return data, nil
}

// Type returns the name of the element type, such as "float32", or "" if Data
// is of no supported type.
func (t Tensor) Type() string {
	name, _ := t.describe()
	return name
}

// Validate reports whether the shape is possible and the number of elements
// equals its product.
func (t Tensor) Validate() error {
	typ, n := t.describe()
	if typ == "" {
		return fmt.Errorf("tensor %q: element type %T is not supported", t.Name, t.Data)
	}
	want, err := count(t.Shape)
	if err != nil {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	if int64(n) != want {
		return fmt.Errorf("tensor %q: shape %v needs %d elements, got %d", t.Name, t.Shape, want, n)
	}
	return nil
}

func (t Tensor) describe() (typ string, n int) {
	switch d := t.Data.(type) {
	case []float32:
		return "float32", len(d)
	case []int64:
		return "int64", len(d)
	case []int32:
		return "int32", len(d)
	case []uint8:
		return "uint8", len(d)
	}
	return "", 0
}

// count multiplies the extents of a shape.
func count(shape []int64) (int64, error) {
	if len(shape) == 0 {
		return 0, fmt.Errorf("rank 0 is not supported; use shape [1]")
	}
	n := int64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative extent", shape)
		}
		if d > 0 && n > math.MaxInt64/d {
			return 0, fmt.Errorf("shape %v overflows", shape)
		}
		n *= d
	}
	return n, nil
}
