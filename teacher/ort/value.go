package ort

import (
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	onnx "github.com/yalue/onnxruntime_go"
)

// arrange puts the inputs in the model's order and checks them against it.
func (s *Session) arrange(inputs []Tensor) ([]Tensor, error) {
	args := make([]Tensor, len(s.inputs))
	given := make([]bool, len(s.inputs))
	for _, t := range inputs {
		at := slices.IndexFunc(s.inputs, func(v ValueInfo) bool { return v.Name == t.Name })
		switch {
		case at < 0:
			return nil, fmt.Errorf("the model has no input %q, only %q", t.Name, names(s.inputs))
		case given[at]:
			return nil, fmt.Errorf("input %q is given twice", t.Name)
		}
		if err := s.inputs[at].accepts(t); err != nil {
			return nil, err
		}
		args[at], given[at] = t, true
	}
	if at := slices.Index(given, false); at >= 0 {
		return nil, fmt.Errorf("input %q is missing", s.inputs[at].Name)
	}
	return args, nil
}

// accepts reports whether t is sound and fits the description.
func (v ValueInfo) accepts(t Tensor) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.Type() != v.Type {
		return fmt.Errorf("tensor %q holds %s, the model wants %s", t.Name, t.Type(), v.Type)
	}
	if len(v.Shape) == 0 {
		return nil
	}
	fits := len(t.Shape) == len(v.Shape)
	for i := 0; fits && i < len(v.Shape); i++ {
		fits = v.Shape[i] < 0 || v.Shape[i] == t.Shape[i]
	}
	if !fits {
		return fmt.Errorf("tensor %q has shape %v, the model wants %v", t.Name, t.Shape, v.Shape)
	}
	return nil
}

// value hands t's memory to the runtime, pinned until pinner is undone.
func (t Tensor) value(pinner *runtime.Pinner) (onnx.Value, error) {
	switch d := t.Data.(type) {
	case []float32:
		return wrap(t.Shape, aligned(d), pinner)
	case []int64:
		return wrap(t.Shape, d, pinner)
	case []int32:
		return wrap(t.Shape, d, pinner)
	case []uint8:
		return wrap(t.Shape, d, pinner)
	}
	return nil, fmt.Errorf("element type %T is not supported", t.Data)
}

func wrap[T Element](shape []int64, data []T, pinner *runtime.Pinner) (onnx.Value, error) {
	if len(data) > 0 {
		pinner.Pin(&data[0])
	}
	v, err := onnx.NewTensor(onnx.Shape(shape), data)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// alignment is that of the widest vector load, in bytes.
const alignment = 64

// aligned returns data, or a copy of it, at an address that vector loads like.
// The runtime's reductions sum up to the first aligned element one by one, so
// an address alone can change the last bit of a result.
func aligned(data []float32) []float32 {
	if offset(data) == 0 {
		return data
	}
	const spare = alignment / 4
	room := make([]float32, len(data)+spare)
	skip := (alignment - offset(room)) % alignment / 4
	copied := room[skip : skip+len(data)]
	copy(copied, data)
	return copied
}

// offset is how many bytes data starts after an aligned address.
func offset(data []float32) int {
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(data))) % alignment)
}

// tensorOf takes the elements out of a value that the binding has copied.
func tensorOf(name string, v onnx.Value) (Tensor, error) {
	shape := v.GetShape()
	switch v := v.(type) {
	case *onnx.Tensor[float32]:
		return NewTensor(name, v.GetData(), shape...), nil
	case *onnx.Tensor[int64]:
		return NewTensor(name, v.GetData(), shape...), nil
	case *onnx.Tensor[int32]:
		return NewTensor(name, v.GetData(), shape...), nil
	case *onnx.Tensor[uint8]:
		return NewTensor(name, v.GetData(), shape...), nil
	}
	return Tensor{}, fmt.Errorf("output %q came back as %T", name, v)
}
