package glip

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/groundmill/groundmill/teacher/onnx"
)

// Precision says in which numbers a graph computes.
type Precision string

const (
	// Single is float32 everywhere, as the official evaluation runs.
	Single Precision = "fp32"
	// Half stores weights as float16 and computes the image backbone, the FPN and
	// the products between image and text in it: most of the work where there are
	// units for it. What is sensitive stays in float32: everything on the text's
	// side (LayerNorms with an epsilon of 1e-12, its attention and its part of the
	// fusion), softmaxes and masks of the fusion, the deformable convolutions with
	// their offsets, and the last layer with all that follows.
	Half Precision = "fp16"
)

// Precisions lists the known values.
var Precisions = []Precision{Single, Half}

func (p Precision) validate() error {
	if !slices.Contains(Precisions, p) {
		return fmt.Errorf("glip: precision %q is unknown, use one of %q", string(p), Precisions)
	}
	return nil
}

// storedInHalf says whether a tensor that is computed with in float32 is rounded
// to float16 in the file: matrices and kernels, which make up its size. Vectors
// are not.
func (b *builder) storedInHalf(shape []int) bool {
	wide := 0
	for _, d := range shape {
		if d > 1 {
			wide++
		}
	}
	return b.options.precision == Half && wide > 1
}

// enterHalf makes the layers that follow compute in float16, if the model is to,
// and returns x as they want it.
func (b *builder) enterHalf(x onnx.Value) onnx.Value {
	if b.options.precision != Half {
		return x
	}
	b.half = true
	return b.cast(x, onnx.Float16)
}

// leaveHalf ends what enterHalf began and returns x in float32.
func (b *builder) leaveHalf(x onnx.Value) onnx.Value {
	if b.options.precision != Half {
		return x
	}
	b.half = false
	return b.cast(x, onnx.Float32)
}

// Floats is Graph.Floats in the type that the layers compute in.
func (b *builder) Floats(values ...float32) onnx.Value {
	if b.half {
		return b.Halves(values...)
	}
	return b.Graph.Floats(values...)
}

// maxHalf is the largest float16.
const maxHalf = 65504

// halfWriter takes little-endian float32, whole values at a time, and passes
// them on rounded to float16. A value too large for it is an error.
type halfWriter struct {
	w      io.Writer
	name   string
	values []float32
	bytes  []byte
}

func (h *halfWriter) Write(p []byte) (int, error) {
	h.values = h.values[:0]
	for i := 0; i+4 <= len(p); i += 4 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(p[i:]))
		if v > maxHalf || v < -maxHalf {
			return 0, fmt.Errorf("glip: tensor %s holds %v, more than float16 can; import it with precision %s", h.name, v, Single)
		}
		h.values = append(h.values, v)
	}
	h.bytes = onnx.AppendFloats(h.bytes[:0], onnx.Float16, h.values)
	if _, err := h.w.Write(h.bytes); err != nil {
		return 0, err
	}
	return len(p), nil
}
