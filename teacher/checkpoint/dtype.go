package checkpoint

import (
	"encoding/binary"
	"math"
)

// DType is the element type of a tensor.
type DType uint8

// The element types that checkpoints of weights have.
const (
	Float32 DType = iota + 1
	Float64
	Float16
	BFloat16
	Int64
	Int32
	Int16
	Int8
	Uint8
	Bool
)

// dtypes says of each DType its name in torch, its storage class, its size in
// bytes and, for float types, how n elements of src become float32 in dst, all
// little-endian.
var dtypes = [...]struct {
	name, storage string
	size          int
	widen         func(dst, src []byte)
}{
	Float32:  {"float32", "FloatStorage", 4, func(dst, src []byte) { copy(dst, src) }},
	Float64:  {"float64", "DoubleStorage", 8, widenFloat64},
	Float16:  {"float16", "HalfStorage", 2, widenFloat16},
	BFloat16: {"bfloat16", "BFloat16Storage", 2, widenBFloat16},
	Int64:    {"int64", "LongStorage", 8, nil},
	Int32:    {"int32", "IntStorage", 4, nil},
	Int16:    {"int16", "ShortStorage", 2, nil},
	Int8:     {"int8", "CharStorage", 1, nil},
	Uint8:    {"uint8", "ByteStorage", 1, nil},
	Bool:     {"bool", "BoolStorage", 1, nil},
}

// String returns torch's name of the type, such as "float32".
func (d DType) String() string { return dtypes[d].name }

// Size returns the bytes of one element.
func (d DType) Size() int { return dtypes[d].size }

// IsFloat says whether the type has values that WriteFloat32 can give.
func (d DType) IsFloat() bool { return dtypes[d].widen != nil }

func widenFloat64(dst, src []byte) {
	for i := 0; i*8 < len(src); i++ {
		v := math.Float64frombits(binary.LittleEndian.Uint64(src[i*8:]))
		binary.LittleEndian.PutUint32(dst[i*4:], math.Float32bits(float32(v)))
	}
}

func widenBFloat16(dst, src []byte) {
	for i := 0; i*2 < len(src); i++ {
		binary.LittleEndian.PutUint32(dst[i*4:], uint32(binary.LittleEndian.Uint16(src[i*2:]))<<16)
	}
}

func widenFloat16(dst, src []byte) {
	for i := 0; i*2 < len(src); i++ {
		binary.LittleEndian.PutUint32(dst[i*4:], float16Bits(binary.LittleEndian.Uint16(src[i*2:])))
	}
}

// float16Bits returns the float32 bits of an IEEE 754 binary16 value.
func float16Bits(h uint16) uint32 {
	sign := uint32(h&0x8000) << 16
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h & 0x3ff)
	switch exponent {
	case 0: // zero or subnormal: fraction * 2^-24, exact in float32
		return sign | math.Float32bits(float32(fraction)*0x1p-24)
	case 0x1f: // infinity or NaN
		return sign | 0x7f800000 | fraction<<13
	}
	return sign | (exponent+127-15)<<23 | fraction<<13
}
