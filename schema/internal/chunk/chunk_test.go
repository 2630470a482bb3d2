package chunk

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// shape is a place for a leaf in a schema.
type shape struct {
	name           string
	maxRep, maxDef byte
	node           func(parquet.Node) parquet.Node
}

var shapes = []shape{
	{"required", 0, 0, func(n parquet.Node) parquet.Node { return n }},
	{"optional", 0, 1, parquet.Optional},
	{"list", 1, 3, func(n parquet.Node) parquet.Node { return parquet.Optional(parquet.List(parquet.Optional(n))) }},
	{"list of lists", 2, 5, func(n parquet.Node) parquet.Node {
		inner := parquet.Optional(parquet.List(parquet.Optional(n)))
		return parquet.Optional(parquet.List(inner))
	}},
}

// nodes are the leaves of each type.
var nodes = map[format.Type]parquet.Node{
	format.Boolean:   parquet.Leaf(parquet.BooleanType),
	format.Int32:     parquet.Leaf(parquet.Int32Type),
	format.Int64:     parquet.Leaf(parquet.Int64Type),
	format.Float:     parquet.Leaf(parquet.FloatType),
	format.ByteArray: parquet.Leaf(parquet.ByteArrayType),
}

// content is what a leaf holds.
type content struct {
	rep, def []byte
	values   *Values
}

// random returns n rows for a leaf.
func (s shape) random(rng *rand.Rand, n int, value func(*Values)) content {
	c := content{values: &Values{}}
	for range n {
		for rep := byte(0); ; rep = 1 + byte(rng.IntN(int(s.maxRep))) {
			def := s.maxDef
			if s.maxDef > 0 && rng.IntN(5) == 0 {
				def = byte(rng.IntN(int(s.maxDef)))
			}
			c.rep, c.def = append(c.rep, rep), append(c.def, def)
			if def == s.maxDef {
				value(c.values)
			}
			if s.maxRep == 0 || rng.IntN(3) == 0 {
				break
			}
		}
	}
	if s.maxRep == 0 {
		c.rep = nil
	}
	return c
}

// levels returns the levels of c.
func (s shape) levels(c content, pageRows int) *Levels {
	l := &Levels{}
	l.Init(s.maxRep, s.maxDef, pageRows)
	for i, def := range c.def {
		rep := byte(0)
		if s.maxRep > 0 {
			rep = c.rep[i]
		}
		l.Add(rep, def)
	}
	return l
}

// footer returns the footer of a file with one column.
func (s shape) footer(t testing.TB, leaf *Leaf) format.FileMetaData {
	t.Helper()
	schema := parquet.NewSchema("row", parquet.Group{"leaf": s.node(nodes[leaf.Type])})
	leaf.Path = schema.Columns()[0]
	var empty bytes.Buffer
	if err := parquet.NewGenericWriter[any](&empty, schema).Close(); err != nil {
		t.Fatal(err)
	}
	return *openFile(t, empty.Bytes()).Metadata()
}

func openFile(t testing.TB, data []byte) *parquet.File {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// write writes a file of one row group.
func write(t testing.TB, footer format.FileMetaData, chunks ...*Chunk) []byte {
	t.Helper()
	var out bytes.Buffer
	f := NewFile(&out, footer)
	for _, c := range chunks {
		if err := f.WriteGroup([]*Chunk{c}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// read reads the content of a row group with runs of several lengths.
func read[T Value](t testing.TB, file *parquet.File, s shape, add func(*Values, T)) content {
	t.Helper()
	var cursor Cursor[T]
	if err := cursor.Open(Source{File: file}, 0, 0, s.maxRep, s.maxDef, &Shared{}); err != nil {
		t.Fatal(err)
	}
	out := content{values: &Values{}}
	for n := 1; ; n = n%97 + 13 {
		run, err := cursor.Rows(n)
		if err != nil {
			t.Fatal(err)
		}
		if len(run.Def) == 0 {
			return out
		}
		out.rep, out.def = append(out.rep, run.Rep...), append(out.def, run.Def...)
		for _, v := range run.Values {
			add(out.values, v)
		}
	}
}

// kinds are the types of leaves with random values, and with the way to read them.
var kinds = []struct {
	name  string
	leaf  Leaf
	value func(rng *rand.Rand) func(*Values)
	read  func(t testing.TB, file *parquet.File, s shape) content
}{
	{"bool", Leaf{Type: format.Boolean, Compression: Entropy, Bounds: true},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Bools = append(v.Bools, rng.IntN(3) == 0) }
		},
		func(t testing.TB, file *parquet.File, s shape) content {
			return read(t, file, s, func(v *Values, b bool) { v.Bools = append(v.Bools, b) })
		}},
	{"int32", Leaf{Type: format.Int32, Encoding: Dictionary, Compression: Entropy, Bounds: true},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Int32s = append(v.Int32s, int32(rng.IntN(100))-50) }
		}, readInt32s},
	{"int32, all different", Leaf{Type: format.Int32, Encoding: Dictionary, Compression: Entropy, Bounds: true},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Int32s = append(v.Int32s, int32(rng.Uint32())) }
		}, readInt32s},
	{"int64", Leaf{Type: format.Int64, Encoding: Delta, Compression: Entropy, Bounds: true},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Int64s = append(v.Int64s, int64(len(v.Int64s))-rng.Int64N(1e12)) }
		},
		func(t testing.TB, file *parquet.File, s shape) content {
			return read(t, file, s, func(v *Values, n int64) { v.Int64s = append(v.Int64s, n) })
		}},
	{"float", Leaf{Type: format.Float, Encoding: Split, Compression: Entropy, Bounds: true},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Floats = append(v.Floats, rng.Float32()-0.5) }
		}, readFloats},
	{"float in a dictionary", Leaf{Type: format.Float, Encoding: Dictionary, Compression: Matches},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Floats = append(v.Floats, float32(rng.IntN(7))) }
		}, readFloats},
	{"string", Leaf{Type: format.ByteArray, Compression: Matches, Bounds: true},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Strings.Add(strings.Repeat("ab", rng.IntN(9)) + fmt.Sprint(rng.IntN(1e6))) }
		}, readStrings},
	{"string in a dictionary", Leaf{Type: format.ByteArray, Encoding: Dictionary, Compression: Matches},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Strings.Add(fmt.Sprint(rng.IntN(20))) }
		}, readStrings},
	{"stored string", Leaf{Type: format.ByteArray, Compression: Stored},
		func(rng *rand.Rand) func(*Values) {
			return func(v *Values) { v.Strings.AddBytes(make([]byte, rng.IntN(500))) }
		}, readStrings},
}

func readInt32s(t testing.TB, file *parquet.File, s shape) content {
	return read(t, file, s, func(v *Values, n int32) { v.Int32s = append(v.Int32s, n) })
}

func readFloats(t testing.TB, file *parquet.File, s shape) content {
	return read(t, file, s, func(v *Values, n float32) { v.Floats = append(v.Floats, n) })
}

func readStrings(t testing.TB, file *parquet.File, s shape) content {
	return read(t, file, s, func(v *Values, b string) { v.Strings.Add(b) })
}

// equal compares contents.
func equal(t testing.TB, want, got content) {
	t.Helper()
	if reflect.DeepEqual(want, got) {
		return // at once where there is nothing to tell
	}
	options := cmp.Options{cmp.AllowUnexported(content{}, Strings{}), cmpopts.EquateEmpty()}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Errorf("content differs (-written +read):\n%.2000s", diff)
	}
}

// TestRoundTrip writes leaves of every type, encoding and nesting, reads them back
// by cursor and copies them to another file.
func TestRoundTrip(t *testing.T) {
	e := NewEncoder()
	for _, kind := range kinds {
		for _, s := range shapes {
			for _, rows := range []int{1, 10, 1000} {
				t.Run(fmt.Sprintf("%s/%s/%d", kind.name, s.name, rows), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(1, uint64(rows)))
					leaf := kind.leaf
					footer := s.footer(t, &leaf)
					want := s.random(rng, rows, kind.value(rng))
					chunks, err := e.Encode(s.levels(want, 300), Column{&leaf, want.values})
					if err != nil {
						t.Fatal(err)
					}
					data := write(t, footer, chunks...)
					file := openFile(t, data)
					if s.maxDef == 0 {
						want.def = nil
					} else {
						equal(t, want, kind.read(t, file, s))
					}
					for _, source := range []Source{{File: file}, {File: file, Bytes: data}} {
						copied, err := Copy(source, 0, 0, new([]byte))
						if err != nil {
							t.Fatal(err)
						}
						if !bytes.Equal(data, write(t, footer, copied)) {
							t.Error("a file of the copied chunk differs")
						}
					}
				})
			}
		}
	}
}

// TestNoTrace holds an Encoder to the promise that what it encoded before does not
// matter: all of its uses, in two orders, give the same bytes.
func TestNoTrace(t *testing.T) {
	encode := func(e *Encoder, i int) []byte {
		kind, s := kinds[i%len(kinds)], shapes[1+i%(len(shapes)-1)]
		rng := rand.New(rand.NewPCG(2, uint64(i)))
		leaf := kind.leaf
		footer := s.footer(t, &leaf)
		c := s.random(rng, 3000, kind.value(rng))
		chunks, err := e.Encode(s.levels(c, 1000), Column{&leaf, c.values})
		if err != nil {
			t.Fatal(err)
		}
		return write(t, footer, chunks...)
	}
	const n = 40
	var want [n][]byte
	for i := range n {
		want[i] = encode(NewEncoder(), i)
	}
	used := NewEncoder()
	for _, i := range rand.New(rand.NewPCG(3, 3)).Perm(n) {
		if !bytes.Equal(want[i], encode(used, i)) {
			t.Errorf("content %d: a used encoder gives other bytes", i)
		}
	}
}
