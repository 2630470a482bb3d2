package chunk

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go/format"
)

// Leaf says how a leaf column is stored.
type Leaf struct {
	Path        []string // from the root of the schema
	Type        format.Type
	Encoding    Encoding
	Compression Compression
	Bounds      bool // store the least and the greatest value of each page
}

// Encoding is how values become bytes. Where it would not make them fewer, it
// gives way to Plain for the whole row group.
type Encoding int

const (
	Plain      Encoding = iota
	Dictionary          // distinct values once, then their numbers; not for BOOLEAN and INT64
	Split               // FLOAT: first bytes of all values, then the second ones, ...
	Delta               // INT64: differences
)

// Compression is how the bytes of a page become fewer.
type Compression int

const (
	Stored  Compression = iota // not at all
	Entropy                    // Zstandard, rare matches, all literals entropy-coded: numbers, digests
	Matches                    // Zstandard, about level 3: text
)

// column is the values of one leaf, whatever their type.
type column interface {
	// plain returns values in PLAIN encoding: a view, or written over scratch.
	plain(scratch []byte, from, to int) []byte
	// index numbers the distinct values in the order of their first appearance;
	// nil when they are too many.
	index(*indexer) *dictionary
	// bounds returns the least and greatest of some values, of which there must be
	// one, as statistics hold them.
	bounds(from, to int) (least, greatest []byte)
	// compare orders two values as bounds returns them.
	compare(a, b []byte) int
}

// column returns the values of a leaf of type t.
func (v *Values) column(t format.Type) column {
	switch t {
	case format.Boolean:
		return bools(v.Bools)
	case format.Int32:
		return int32s{numbers[int32](v.Int32s)}
	case format.Int64:
		return numbers[int64](v.Int64s)
	case format.Float:
		return floats{numbers[float32](v.Floats)}
	default:
		return &v.Strings
	}
}

// numbers are the values of a numeric leaf.
type numbers[T int32 | int64 | float32] []T

func (n numbers[T]) plain(scratch []byte, from, to int) []byte {
	scratch, err := binary.Append(scratch[:0], binary.LittleEndian, []T(n[from:to]))
	if err != nil {
		panic(err) // not for a slice of fixed-size numbers
	}
	return scratch
}

func (n numbers[T]) index(*indexer) *dictionary { return nil }

func (n numbers[T]) bounds(from, to int) (least, greatest []byte) {
	low, high := n[from], n[from]
	for _, v := range n[from:to] {
		if v < low {
			low = v
		}
		if v > high {
			high = v
		}
	}
	return numbers[T]{low}.plain(nil, 0, 1), numbers[T]{high}.plain(nil, 0, 1)
}

func (n numbers[T]) compare(a, b []byte) int {
	var x, y [1]T
	if _, err := binary.Decode(a, binary.LittleEndian, x[:]); err != nil {
		panic(err)
	}
	if _, err := binary.Decode(b, binary.LittleEndian, y[:]); err != nil {
		panic(err)
	}
	return cmp.Compare(x[0], y[0])
}

// int32s are numbers with a dictionary.
type int32s struct{ numbers[int32] }

func (n int32s) index(i *indexer) *dictionary { return i.int32s(n.numbers) }

// floats are numbers with a dictionary and signed zeroes.
type floats struct{ numbers[float32] }

func (n floats) index(i *indexer) *dictionary { return i.floats(n.numbers) }

// bounds returns -0 for a least and +0 for a greatest value of zero, as the
// specification asks (parquet.thrift, ColumnOrder).
func (n floats) bounds(from, to int) (least, greatest []byte) {
	least, greatest = n.numbers.bounds(from, to)
	const sign = 1 << 31
	if binary.LittleEndian.Uint32(least)&^sign == 0 {
		binary.LittleEndian.PutUint32(least, math.Float32bits(0)|sign)
	}
	if binary.LittleEndian.Uint32(greatest)&^sign == 0 {
		clear(greatest)
	}
	return least, greatest
}

// bools are the values of a BOOLEAN leaf.
type bools []bool

// plain packs the values into bits, the first one lowest.
func (b bools) plain(scratch []byte, from, to int) []byte {
	scratch = scratch[:0]
	for i, v := range b[from:to] {
		if i%8 == 0 {
			scratch = append(scratch, 0)
		}
		if v {
			scratch[len(scratch)-1] |= 1 << (i % 8)
		}
	}
	return scratch
}

func (b bools) index(*indexer) *dictionary { return nil }

func (b bools) bounds(from, to int) (least, greatest []byte) {
	least, greatest = []byte{1}, []byte{0}
	for _, v := range b[from:to] {
		if v {
			greatest[0] = 1
		} else {
			least[0] = 0
		}
	}
	return least, greatest
}

func (b bools) compare(x, y []byte) int { return cmp.Compare(x[0], y[0]) }

func (s *Strings) plain(_ []byte, from, to int) []byte { return s.data[s.start(from):s.start(to)] }

func (s *Strings) index(i *indexer) *dictionary { return i.texts(s) }

func (s *Strings) bounds(from, to int) (least, greatest []byte) {
	low, high := s.at(from), s.at(from)
	for i := from + 1; i < to; i++ {
		if v := s.at(i); v < low {
			low = v
		} else if v > high {
			high = v
		}
	}
	return []byte(low), []byte(high)
}

func (s *Strings) compare(a, b []byte) int { return strings.Compare(string(a), string(b)) }
