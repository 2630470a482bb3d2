package ort

import (
	"fmt"
	"runtime"
	"slices"

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
		return wrap(t.Shape, d, pinner)
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
