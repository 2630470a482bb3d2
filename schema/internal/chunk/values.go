package chunk

import (
	"encoding/binary"
	"unsafe"
)

// Values are the values of a leaf without its nulls, in the slice of the leaf's
// type.
type Values struct {
	Bools   []bool
	Int32s  []int32
	Int64s  []int64
	Floats  []float32
	Strings Strings // BYTE_ARRAY
}

// Reset forgets all values; the memory is kept.
func (v *Values) Reset() {
	v.Bools, v.Int32s, v.Int64s, v.Floats = v.Bools[:0], v.Int32s[:0], v.Int64s[:0], v.Floats[:0]
	v.Strings.data, v.Strings.ends = v.Strings.data[:0], v.Strings.ends[:0]
}

// Strings are byte strings as the encoding PLAIN stores them: each after its
// length, in 4 bytes, little-endian.
type Strings struct {
	data []byte
	ends []int // position in data after each string
}

// lengthBytes is the size of the length before a string.
const lengthBytes = 4

// Add appends a copy of value.
func (s *Strings) Add(value string) {
	s.data = appendPlain(s.data, value)
	s.ends = append(s.ends, len(s.data))
}

// AddBytes appends a copy of value.
func (s *Strings) AddBytes(value []byte) { s.Add(unsafe.String(unsafe.SliceData(value), len(value))) }

// Len returns the number of strings.
func (s *Strings) Len() int { return len(s.ends) }

// start returns the position in data of the i-th string's length; i may be
// Len.
func (s *Strings) start(i int) int {
	if i == 0 {
		return 0
	}
	return s.ends[i-1]
}

// at returns a view of the i-th string.
func (s *Strings) at(i int) string {
	value := s.data[s.start(i)+lengthBytes : s.ends[i]]
	return unsafe.String(unsafe.SliceData(value), len(value))
}

// size returns how many bytes the i-th string takes.
func (s *Strings) size(i int) int { return s.ends[i] - s.start(i) }

func appendPlain(dst []byte, value string) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(value)))
	return append(dst, value...)
}
