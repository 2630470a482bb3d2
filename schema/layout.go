package schema

import (
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// kind is the logical type of a column of the layout.
type kind int

const (
	kindString kind = iota
	kindBytes
	kindBool
	kindInt32
	kindInt64
	kindFloat32
	kindStruct
	kindList
	kindImage // struct{bytes, path} that Hugging Face datasets decodes as an image
)

// column is a node of the row layout. The Parquet schema, the Hugging Face
// features and the storage of the leaves are derived from one tree of columns, so
// they can't disagree.
type column struct {
	name   string
	kind   kind
	store  storage  // of leaves
	fields []column // members of a struct or image, or the one element of a list
}

// storage says how a leaf is stored.
type storage struct {
	encoding    chunk.Encoding
	compression chunk.Compression
	bounds      bool // in the page index and the footer, where they help a query
}

// Storage of leaves, chosen by measurement: docs/parquet.md has the figures. All
// encodings are read by Arrow, DuckDB and Spark.
var (
	// storeKey is for what rows are looked up by.
	storeKey = storage{chunk.Plain, chunk.Entropy, true}
	// storeText is for strings that share words.
	storeText = storage{chunk.Plain, chunk.Matches, false}
	// storeRepeatedText is for strings of which many occur again.
	storeRepeatedText = storage{chunk.Dictionary, chunk.Matches, false}
	// storeDigits is for strings without any pattern.
	storeDigits = storage{chunk.Plain, chunk.Entropy, false}
	// storeSmall is for values of a small set: pixel sizes, offsets, scores, flags, names
	// of shards.
	storeSmall = storage{chunk.Dictionary, chunk.Entropy, true}
	// storeCoordinate is for numbers whose first bytes vary little.
	storeCoordinate = storage{chunk.Split, chunk.Entropy, true}
	// storeCounter is for numbers that rise by one.
	storeCounter = storage{chunk.Delta, chunk.Entropy, true}
	// storeFlag is for booleans.
	storeFlag = storage{chunk.Plain, chunk.Entropy, true}
	// storeFile is for what is compressed already.
	storeFile = storage{chunk.Plain, chunk.Stored, false}
)

// layout returns the columns of schema version 1, in the order of the file.
func layout(embedImages bool) []column {
	columns := []column{
		{name: "key", kind: kindString, store: storeKey},
		{name: "url", kind: kindString, store: storeText},
		{name: "caption", kind: kindString, store: storeText},
		{name: "width", kind: kindInt32, store: storeSmall},
		{name: "height", kind: kindInt32, store: storeSmall},
		{name: "image_sha256", kind: kindString, store: storeDigits},
	}
	if embedImages {
		columns = append(columns, column{name: "image", kind: kindImage, fields: []column{
			{name: "bytes", kind: kindBytes, store: storeFile},
			{name: "path", kind: kindString, store: storeText},
		}})
	}
	return append(columns,
		column{name: "source", kind: kindStruct, fields: []column{
			{name: "shard", kind: kindString, store: storeSmall},
			{name: "index", kind: kindInt64, store: storeCounter},
		}},
		column{name: "caption_truncated", kind: kindBool, store: storeFlag},
		list("phrases", phraseColumns()...),
		list("meta",
			column{name: "key", kind: kindString, store: storeSmall},
			column{name: "value", kind: kindString, store: storeRepeatedText},
		),
	)
}

func phraseColumns() []column {
	flags := column{name: "element", kind: kindString, store: storeSmall}
	return []column{
		{name: "text", kind: kindString, store: storeRepeatedText},
		{name: "start", kind: kindInt32, store: storeSmall},
		{name: "end", kind: kindInt32, store: storeSmall},
		{name: "phrase_id", kind: kindInt32, store: storeSmall},
		{name: "flags", kind: kindList, fields: []column{flags}},
		{name: "best_score", kind: kindFloat32, store: storeSmall},
		list("boxes",
			column{name: "x1", kind: kindFloat32, store: storeCoordinate},
			column{name: "y1", kind: kindFloat32, store: storeCoordinate},
			column{name: "x2", kind: kindFloat32, store: storeCoordinate},
			column{name: "y2", kind: kindFloat32, store: storeCoordinate},
			column{name: "score", kind: kindFloat32, store: storeSmall},
		),
	}
}

// list makes a column that is a list of structs.
func list(name string, members ...column) column {
	element := column{name: "element", kind: kindStruct, fields: members}
	return column{name: name, kind: kindList, fields: []column{element}}
}

// parquetSchemas are the Parquet schemas without and with images. Every column is
// OPTIONAL although only url and image are ever null: Hugging Face datasets
// ignores the declared features of a column whose nullability differs.
var parquetSchemas = map[bool]func() *parquet.Schema{
	false: sync.OnceValue(func() *parquet.Schema { return parquet.NewSchema("row", group(layout(false))) }),
	true:  sync.OnceValue(func() *parquet.Schema { return parquet.NewSchema("row", group(layout(true))) }),
}

// parquetSchema returns the Parquet schema of the layout.
func parquetSchema(embedImages bool) *parquet.Schema { return parquetSchemas[embedImages]() }

// node returns the Parquet node of a column.
func (c column) node() parquet.Node {
	switch c.kind {
	case kindStruct, kindImage:
		return parquet.Optional(group(c.fields))
	case kindList:
		return parquet.Optional(parquet.List(c.fields[0].node()))
	}
	return parquet.Optional(leafNode(c.kind))
}

func leafNode(k kind) parquet.Node {
	switch k {
	case kindString:
		return parquet.String()
	case kindBytes:
		return parquet.Leaf(parquet.ByteArrayType)
	case kindBool:
		return parquet.Leaf(parquet.BooleanType)
	case kindInt32:
		return parquet.Leaf(parquet.Int32Type)
	case kindInt64:
		return parquet.Leaf(parquet.Int64Type)
	default:
		return parquet.Leaf(parquet.FloatType)
	}
}

// orderedGroup is a parquet.Group that keeps its fields in the given order; the
// library's own sorts them by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

func group(columns []column) orderedGroup {
	g := orderedGroup{Group: make(parquet.Group, len(columns))}
	order := make(map[string]int, len(columns))
	for i, c := range columns {
		g.Group[c.name] = c.node()
		order[c.name] = i
	}
	g.fields = g.Group.Fields()
	slices.SortFunc(g.fields, func(a, b parquet.Field) int {
		return order[a.Name()] - order[b.Name()]
	})
	return g
}

func (g orderedGroup) Fields() []parquet.Field { return g.fields }
