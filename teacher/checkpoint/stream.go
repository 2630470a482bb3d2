package checkpoint

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// chunk is how many elements are read, widened and written at a time.
const chunk = 1 << 16

// WriteFloat32 writes the values to w as little-endian float32 in C order,
// widening float16 and bfloat16 exactly and rounding float64 to nearest. A
// contiguous tensor streams through buffers of less than a megabyte; any other
// view reads the part of the storage that it covers. Tensors of other types are
// an error.
func (t Tensor) WriteFloat32(w io.Writer) error {
	if err := t.writeFloat32(w); err != nil {
		return fmt.Errorf("tensor %q: %w", t.name, err)
	}
	return nil
}

func (t Tensor) writeFloat32(w io.Writer) error {
	v := t.view
	if !t.DType().IsFloat() {
		return fmt.Errorf("its values are %s, want a float type", t.DType())
	}
	n, _ := v.numel() // check has proven that it fits
	out := widener{w: w, widen: dtypes[t.DType()].widen, size: t.DType().Size()}
	switch {
	case n == 0:
		return nil
	case v.contiguous():
		return v.stream(&out, n)
	}
	return v.gather(&out, n)
}

// Float32s returns the values in C order, converted as WriteFloat32 does.
func (t Tensor) Float32s() ([]float32, error) {
	n, _ := t.view.numel()
	sink := float32s{values: make([]float32, 0, n)}
	if err := t.WriteFloat32(&sink); err != nil {
		return nil, err
	}
	return sink.values, nil
}

// float32s is a Writer that keeps what WriteFloat32 gives it, whole values at a
// time.
type float32s struct{ values []float32 }

func (s *float32s) Write(p []byte) (int, error) {
	for i := 0; i < len(p); i += 4 {
		s.values = append(s.values, math.Float32frombits(binary.LittleEndian.Uint32(p[i:])))
	}
	return len(p), nil
}

// widener turns elements into float32 and writes them.
type widener struct {
	w     io.Writer
	widen func(dst, src []byte)
	size  int    // of an element
	buf   []byte // reused
}

func (o *widener) write(elements []byte) error {
	n := len(elements) / o.size * 4
	if cap(o.buf) < n {
		o.buf = make([]byte, n)
	}
	o.widen(o.buf[:n], elements)
	_, err := o.w.Write(o.buf[:n])
	return err
}

// stream writes the n elements of a contiguous view.
func (v *view) stream(out *widener, n int64) error {
	size := int64(out.size)
	src := io.NewSectionReader(v.storage.data, v.offset*size, n*size)
	buf := make([]byte, min(n, chunk)*size)
	for n > 0 {
		part := buf[:min(n, chunk)*size]
		if _, err := io.ReadFull(src, part); err != nil {
			return err
		}
		if err := out.write(part); err != nil {
			return err
		}
		n -= int64(len(part)) / size
	}
	return nil
}

// gather writes the n elements of any view that is not empty, in C order.
func (v *view) gather(out *widener, n int64) error {
	size := int64(out.size)
	last, _ := v.last()
	span := make([]byte, (last-v.offset+1)*size)
	if _, err := v.storage.data.ReadAt(span, v.offset*size); err != nil {
		return err
	}
	buf := make([]byte, 0, min(n, chunk)*size)
	index := make([]int64, len(v.shape))
	for at := int64(0); n > 0; n-- {
		buf = append(buf, span[at*size:(at+1)*size]...)
		if len(buf) == cap(buf) || n == 1 {
			if err := out.write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
		at = v.advance(index, at)
	}
	return nil
}

// advance steps index to the next element in C order and returns its position,
// given the present one; after the last element it starts again.
func (v *view) advance(index []int64, at int64) int64 {
	for d := len(index) - 1; d >= 0; d-- {
		index[d]++
		at += v.stride[d]
		if index[d] < v.shape[d] {
			return at
		}
		at -= index[d] * v.stride[d]
		index[d] = 0
	}
	return at
}
