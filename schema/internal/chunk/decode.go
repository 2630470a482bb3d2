package chunk

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/parquet-go/parquet-go/encoding"
)

// decodeValues returns n values, in memory, which grows. The bytes of strings are
// in memory of their own.
func decodeValues[T Value](coding encoding.Encoding, encoded []byte, n int, memory *[]T) (_ []T, err error) {
	switch m := any(memory).(type) {
	case *[]int32:
		*m, err = coding.DecodeInt32(*m, encoded)
	case *[]int64:
		*m, err = coding.DecodeInt64(*m, encoded)
	case *[]float32:
		*m, err = coding.DecodeFloat(*m, encoded)
	case *[]bool:
		var packed []byte
		packed, err = coding.DecodeBoolean(nil, encoded)
		*m = appendBits((*m)[:0], packed, min(n, 8*len(packed)))
	case *[]string:
		most := len(encoded)/lengthBytes + 1 // n may come from a damaged file
		data, ends := make([]byte, 0, len(encoded)), make([]uint32, 0, min(n, most)+1)
		data, ends, err = coding.DecodeByteArray(data, encoded, ends)
		*m = appendStrings((*m)[:0], data, ends)
	}
	if err == nil && len(*memory) < n {
		err = errValues(len(*memory), n)
	}
	if err != nil {
		return nil, err
	}
	return (*memory)[:n], nil
}

func errValues(got, want int) error {
	return fmt.Errorf("a page has %d values for %d levels", got, want)
}

// appendBits unpacks n bits, the lowest of a byte first.
func appendBits(dst []bool, packed []byte, n int) []bool {
	for i := range n {
		dst = append(dst, packed[i/8]>>(i%8)&1 != 0)
	}
	return dst
}

// appendStrings appends views of the strings in data that end where ends says, after
// a first entry for where the first one begins.
func appendStrings(dst []string, data []byte, ends []uint32) []string {
	dst = slices.Grow(dst, len(ends))
	for i := 1; i < len(ends); i++ {
		value := data[ends[i-1]:ends[i]]
		dst = append(dst, unsafe.String(unsafe.SliceData(value), len(value)))
	}
	return dst
}
