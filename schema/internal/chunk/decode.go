package chunk

import (
	"slices"
	"unsafe"

	"github.com/parquet-go/parquet-go"
)

// values returns the n values of a page without a dictionary: a view of the page,
// or in memory, which grows.
func values[T Value](page parquet.Page, n int, memory *[]T) []T {
	data := page.Data()
	switch m := any(memory).(type) {
	case *[]int32:
		return any(data.Int32()).([]T)
	case *[]int64:
		return any(data.Int64()).([]T)
	case *[]float32:
		return any(data.Float()).([]T)
	case *[]bool:
		*m = appendBits((*m)[:0], data.Boolean(), n)
	case *[]string:
		*m = appendStrings((*m)[:0], data.ByteArray)
	}
	return *memory
}

// appendBits unpacks n bits, the lowest of a byte first.
func appendBits(dst []bool, packed []byte, n int) []bool {
	for i := range n {
		dst = append(dst, packed[i/8]>>(i%8)&1 != 0)
	}
	return dst
}

// appendStrings appends views of byte arrays.
func appendStrings(dst []string, byteArray func() (data []byte, ends []uint32)) []string {
	data, ends := byteArray()
	dst = slices.Grow(dst, len(ends))
	for i := 1; i < len(ends); i++ {
		value := data[ends[i-1]:ends[i]]
		dst = append(dst, unsafe.String(unsafe.SliceData(value), len(value)))
	}
	return dst
}
