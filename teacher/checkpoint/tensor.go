package checkpoint

import (
	"errors"
	"fmt"
	"math/bits"
)

// maxBroadcast bounds the elements of a tensor that repeats its storage by
// strides of zero: such a tensor can claim any size from a few stored bytes.
const maxBroadcast = 1 << 24

// maxRank is torch's own limit of dimensions.
const maxRank = 64

// Tensor is a named tensor of an open File. Its values stay in the file until
// WriteFloat32 or Float32s.
type Tensor struct {
	name string
	view *view
}

// Name returns the key in the state dict, without the prefix "module.".
func (t Tensor) Name() string { return t.name }

// Shape returns the dimensions, none for a scalar.
func (t Tensor) Shape() []int {
	shape := make([]int, len(t.view.shape))
	for i, n := range t.view.shape {
		shape[i] = int(n)
	}
	return shape
}

// DType returns the element type as stored.
func (t Tensor) DType() DType { return t.view.storage.dtype }

// view is a strided window on a storage, counted in elements. err says why the
// pickle's description is not usable.
type view struct {
	storage       *storage
	offset        int64
	shape, stride []int64
	err           error
}

// newView reads the arguments of torch._utils._rebuild_tensor_v2: storage,
// offset, size, stride, and three that concern training.
func newView(args tuple) *view {
	if len(args) < 4 {
		return &view{err: fmt.Errorf("rebuilt from %d values, want at least 4", len(args))}
	}
	v := &view{}
	var ok bool
	if v.storage, ok = args[0].(*storage); !ok {
		return &view{err: fmt.Errorf("its storage is %s", kind(args[0]))}
	}
	if v.offset, ok = args[1].(int64); !ok || v.offset < 0 {
		return &view{err: fmt.Errorf("its storage offset is %s, want a count", describe(args[1]))}
	}
	if v.shape, ok = counts(args[2]); !ok {
		return &view{err: errors.New("its shape is not a tuple of up to 64 counts")}
	}
	if v.stride, ok = counts(args[3]); !ok || len(v.stride) != len(v.shape) {
		return &view{err: errors.New("its strides are not a tuple of counts, one a dimension")}
	}
	return v
}

// counts returns the values of a tuple of non-negative integers.
func counts(v any) ([]int64, bool) {
	t, ok := v.(tuple)
	if !ok || len(t) > maxRank {
		return nil, false
	}
	out := make([]int64, len(t))
	for i, item := range t {
		n, ok := item.(int64)
		if !ok || n < 0 {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

// check proves that every element of the view lies in its storage and that the
// storage lies in the file.
func (v *view) check() error {
	if v.err != nil {
		return v.err
	}
	if v.storage.err != nil {
		return v.storage.err
	}
	n, ok := v.numel()
	if !ok {
		return fmt.Errorf("%w: shape %v overflows", ErrRefused, v.shape)
	}
	if n == 0 {
		return nil
	}
	last, ok := v.last()
	if !ok || last >= v.storage.numel {
		return fmt.Errorf("%w: offset %d, shape %v and strides %v reach past its storage of %d elements",
			ErrRefused, v.offset, v.shape, v.stride, v.storage.numel)
	}
	if n > v.storage.numel && n > maxBroadcast {
		return fmt.Errorf("%w: shape %v repeats a storage of %d elements", ErrRefused, v.shape, v.storage.numel)
	}
	return nil
}

// numel returns the number of elements, or false if a product overflows. A
// dimension of zero counts only after the others have been multiplied safely.
func (v *view) numel() (int64, bool) {
	n, empty := int64(1), false
	for _, d := range v.shape {
		if d == 0 {
			empty = true
			continue
		}
		var ok bool
		if n, ok = mul(n, d); !ok {
			return 0, false
		}
	}
	if empty {
		return 0, true
	}
	return n, true
}

// last returns the position in the storage of the last element of a view that
// is not empty.
func (v *view) last() (int64, bool) {
	at := v.offset
	for i, d := range v.shape {
		step, ok := mul(d-1, v.stride[i])
		if !ok || at+step < at {
			return 0, false
		}
		at += step
	}
	return at, true
}

// contiguous says whether the elements follow each other in C order.
func (v *view) contiguous() bool {
	want := int64(1)
	for i := len(v.shape) - 1; i >= 0; i-- {
		if v.shape[i] != 1 && v.stride[i] != want {
			return false
		}
		want *= v.shape[i]
	}
	return true
}

// mul multiplies counts and says whether the product fits.
func mul(a, b int64) (int64, bool) {
	if a < 0 || b < 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(lo), hi == 0 && int64(lo) >= 0
}
