package glip

import (
	"context"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/teacher/checkpoint"
)

// stateWeights is a tensorSource over a checkpoint's state dict until ctx ends.
type stateWeights struct {
	ctx  context.Context
	dict *checkpoint.StateDict
}

// specs lists the tensors of the checkpoint.
func (s stateWeights) specs() []TensorSpec {
	var specs []TensorSpec
	for _, name := range s.dict.Names() {
		specs = append(specs, TensorSpec{name, s.Shape(name)})
	}
	return specs
}

func (s stateWeights) tensor(name string) (checkpoint.Tensor, error) {
	t, ok := s.dict.Tensor(name)
	if !ok {
		return t, fmt.Errorf("glip: tensor %s is missing", name)
	}
	return t, s.ctx.Err()
}

// Shape implements tensorSource.
func (s stateWeights) Shape(name string) []int {
	t, ok := s.dict.Tensor(name)
	if !ok {
		return nil
	}
	return t.Shape()
}

// Stream implements tensorSource.
func (s stateWeights) Stream(name string, w io.Writer) error {
	t, err := s.tensor(name)
	if err != nil {
		return err
	}
	return t.WriteFloat32(w)
}

// Values implements tensorSource.
func (s stateWeights) Values(name string) ([]float32, error) {
	t, err := s.tensor(name)
	if err != nil {
		return nil, err
	}
	return t.Float32s()
}
