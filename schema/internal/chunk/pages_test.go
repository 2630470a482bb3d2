package chunk

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go/format"
)

// encodeOptional encodes the values of an optional leaf of one row each; nulls are
// the rows without one.
func encodeOptional(t *testing.T, leaf Leaf, pageRows int, values *Values, rows int, null func(row int) bool) (*Chunk, []byte) {
	t.Helper()
	s := shapes[1]
	footer := s.footer(t, &leaf)
	l := &Levels{}
	l.Init(0, 1, pageRows)
	for row := range rows {
		def := byte(1)
		if null(row) {
			def = 0
		}
		l.Add(0, def)
	}
	chunks, err := NewEncoder().Encode(l, Column{&leaf, values})
	if err != nil {
		t.Fatal(err)
	}
	return chunks[0], write(t, footer, chunks...)
}

func never(int) bool { return false }

// TestLongPages checks that a page of long strings ends early, with a row.
func TestLongPages(t *testing.T) {
	values := &Values{}
	for i := range 40 {
		values.Strings.Add(strings.Repeat("x", 100_000+i))
	}
	leaf := Leaf{Type: format.ByteArray, Compression: Stored}
	c, data := encodeOptional(t, leaf, 1000, values, 40, never)
	var first []int64
	for _, p := range c.offsetIndex.PageLocations {
		first = append(first, p.FirstRowIndex)
	}
	if diff := cmp.Diff([]int64{0, 11, 22, 33}, first); diff != "" {
		t.Errorf("first rows of pages (-want +got):\n%s", diff)
	}
	equal(t, content{def: bytes.Repeat([]byte{1}, 40), values: values}, readStrings(t, openFile(t, data), shapes[1]))
}

func int32Bytes(v ...int32) (out [][]byte) {
	for _, n := range v {
		out = append(out, binary.LittleEndian.AppendUint32(nil, uint32(n)))
	}
	return out
}

// TestPageIndex checks what the page index says of pages of two rows.
func TestPageIndex(t *testing.T) {
	tests := []struct {
		name   string
		values []int32 // 0 is a null
		want   format.ColumnIndex
	}{
		{"rising", []int32{1, 2, 2, 5}, format.ColumnIndex{
			NullPages: []bool{false, false}, MinValues: int32Bytes(1, 2), MaxValues: int32Bytes(2, 5),
			NullCounts: []int64{0, 0}, BoundaryOrder: format.Ascending,
		}},
		{"falling", []int32{9, 8, 8, -5}, format.ColumnIndex{
			NullPages: []bool{false, false}, MinValues: int32Bytes(8, -5), MaxValues: int32Bytes(9, 8),
			NullCounts: []int64{0, 0}, BoundaryOrder: format.Descending,
		}},
		{"neither", []int32{1, 4, 3, 3}, format.ColumnIndex{
			NullPages: []bool{false, false}, MinValues: int32Bytes(1, 3), MaxValues: int32Bytes(4, 3),
			NullCounts: []int64{0, 0}, BoundaryOrder: format.Unordered,
		}},
		{"a page of nulls", []int32{1, 0, 0, 0, 7}, format.ColumnIndex{
			NullPages: []bool{false, true, false}, MinValues: [][]byte{int32Bytes(1)[0], nil, int32Bytes(7)[0]},
			MaxValues:  [][]byte{int32Bytes(1)[0], nil, int32Bytes(7)[0]},
			NullCounts: []int64{1, 2, 0}, BoundaryOrder: format.Ascending,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			values := &Values{}
			for _, v := range test.values {
				if v != 0 {
					values.Int32s = append(values.Int32s, v)
				}
			}
			leaf := Leaf{Type: format.Int32, Compression: Entropy, Bounds: true}
			c, data := encodeOptional(t, leaf, 2, values, len(test.values), func(row int) bool { return test.values[row] == 0 })
			if diff := cmp.Diff(&test.want, c.columnIndex); diff != "" {
				t.Errorf("index (-want +got):\n%s", diff)
			}
			read, err := openFile(t, data).RowGroups()[0].ColumnChunks()[0].ColumnIndex()
			if err != nil || read.NumPages() != len(test.want.NullPages) {
				t.Errorf("read back: %v, %v", read, err)
			}
		})
	}
}

// TestFloatBounds checks that zeroes in bounds have the signs that the
// specification asks for.
func TestFloatBounds(t *testing.T) {
	tests := []struct{ values, want []float32 }{
		{[]float32{0, 0}, []float32{float32(math.Copysign(0, -1)), 0}},
		{[]float32{0, 2}, []float32{float32(math.Copysign(0, -1)), 2}},
		{[]float32{-1, float32(math.Copysign(0, -1))}, []float32{-1, 0}},
		{[]float32{3, 1, 2}, []float32{1, 3}},
	}
	for _, test := range tests {
		leaf := Leaf{Type: format.Float, Encoding: Split, Compression: Entropy, Bounds: true}
		c, _ := encodeOptional(t, leaf, 10, &Values{Floats: test.values}, len(test.values), never)
		low, high, ok := c.Bounds()
		want := numbers[float32](test.want)
		if !ok || !bytes.Equal(low, want.plain(nil, 0, 1)) || !bytes.Equal(high, want.plain(nil, 1, 2)) {
			t.Errorf("%v: bounds %x %x %v, want %v", test.values, low, high, ok, test.want)
		}
	}
}

// TestDictionaryPays checks when values go into a dictionary.
func TestDictionaryPays(t *testing.T) {
	tests := []struct {
		name     string
		n        int
		distinct int
		want     bool
	}{
		{"one value", 1, 1, false},
		{"a pair", 2, 1, true},
		{"half", 1000, 500, true},
		{"more than half", 1000, 501, false},
		{"few among many", 100_000, 10, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := &Values{}
			for i := range test.n {
				k := i % test.distinct
				v.Int32s, v.Floats = append(v.Int32s, int32(k)), append(v.Floats, float32(k))
				v.Strings.Add(strings.Repeat("s", k))
			}
			x := newIndexer()
			for _, typ := range []format.Type{format.Int32, format.Float, format.ByteArray} {
				d := v.column(typ).index(x)
				if (d != nil) != test.want {
					t.Fatalf("%v: dictionary %v, want %v", typ, d != nil, test.want)
				}
				if d == nil {
					continue
				}
				for i, index := range d.indexes {
					if int(index) != i%test.distinct {
						t.Fatalf("%v: value %d has number %d", typ, i, index)
					}
				}
			}
		})
	}
}

// TestTooManyRowGroups fills a file with row groups.
func TestTooManyRowGroups(t *testing.T) {
	c, _ := encodeOptional(t, Leaf{Type: format.Int32}, 1, &Values{Int32s: []int32{1}}, 1, never)
	f := NewFile(&bytes.Buffer{}, format.FileMetaData{})
	for range MaxGroups {
		if err := f.WriteGroup([]*Chunk{c}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WriteGroup([]*Chunk{c}); err == nil || !strings.Contains(err.Error(), "more than 32767 row groups") {
		t.Errorf("error is %v", err)
	}
}
