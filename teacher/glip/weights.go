package glip

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/groundmill/groundmill/teacher/checkpoint"
)

// stateWeights is a tensorSource over a checkpoint's state dict until ctx ends.
// It refuses tensors with values that are not finite: with one of them, all that
// the model computes is NaN.
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
	return t.WriteFloat32(&finiteWriter{w: w})
}

// Values implements tensorSource.
func (s stateWeights) Values(name string) ([]float32, error) {
	t, err := s.tensor(name)
	if err != nil {
		return nil, err
	}
	values, err := t.Float32s()
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		if !isFinite(math.Float32bits(v)) {
			return nil, fmt.Errorf("tensor %q: %w", name, notFinite(int64(i), v))
		}
	}
	return values, nil
}

// finiteWriter passes little-endian float32, whole values at a time, on to w
// and fails at the first that is NaN or infinite.
type finiteWriter struct {
	w     io.Writer
	count int64 // values passed on
}

func (f *finiteWriter) Write(p []byte) (int, error) {
	for i := 0; i+4 <= len(p); i += 4 {
		if bits := binary.LittleEndian.Uint32(p[i:]); !isFinite(bits) {
			return 0, notFinite(f.count+int64(i/4), math.Float32frombits(bits))
		}
	}
	f.count += int64(len(p) / 4)
	return f.w.Write(p)
}

// isFinite says whether a float32's exponent is not the one of NaN and infinity.
func isFinite(bits uint32) bool {
	const exponent = 0xff << 23
	return bits&exponent != exponent
}

func notFinite(at int64, v float32) error {
	return fmt.Errorf("value %d is %v: the training diverged or the file is damaged; take another checkpoint", at, v)
}
