package schema

import (
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
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

// column is a node of the row layout. Both the Parquet schema and the
// Hugging Face features are derived from one tree of columns, so they can't
// disagree.
type column struct {
	name     string
	kind     kind
	encoding encoding.Encoding // of leaves
	fields   []column          // members of a struct or image, or the one element of a list
}

// Encodings of leaves, chosen by the bytes and time that values take after
// compression: 32,000 captions' phrases of Flickr30k Entities for text, random
// boxes on the stored grid for the rest. All are read by Arrow, DuckDB and Spark.
var (
	// plain is for strings that rarely repeat.
	plain = &parquet.Plain
	// dictionary is for values of a small set: pixel sizes and offsets (0.9 to 1.3
	// bytes against 1.0 to 1.8 plain), scores, of which there are 10,001 (1.9
	// against 2.8), flags, shards and phrases (4.5 against 5.1).
	dictionary = &parquet.RLEDictionary
	// split is for coordinates: the bytes that vary little compress together (2.4
	// bytes against 2.9 to 4.0 plain and 4.0 to 4.5 in a dictionary).
	split = &parquet.ByteStreamSplit
	// delta is for a counter: 0.01 bytes against 1.4 plain.
	delta = &parquet.DeltaBinaryPacked
)

// layout returns the columns of schema version 1, in the order of the file.
func layout(embedImages bool) []column {
	columns := []column{
		{name: "key", kind: kindString, encoding: plain},
		{name: "url", kind: kindString, encoding: plain},
		{name: "caption", kind: kindString, encoding: plain},
		{name: "width", kind: kindInt32, encoding: dictionary},
		{name: "height", kind: kindInt32, encoding: dictionary},
		{name: "image_sha256", kind: kindString, encoding: plain},
	}
	if embedImages {
		columns = append(columns, column{name: "image", kind: kindImage, fields: []column{
			{name: "bytes", kind: kindBytes, encoding: plain},
			{name: "path", kind: kindString, encoding: plain},
		}})
	}
	return append(columns,
		column{name: "source", kind: kindStruct, fields: []column{
			{name: "shard", kind: kindString, encoding: dictionary},
			{name: "index", kind: kindInt64, encoding: delta},
		}},
		column{name: "caption_truncated", kind: kindBool, encoding: plain},
		list("phrases", phraseColumns()...),
		list("meta",
			column{name: "key", kind: kindString, encoding: dictionary},
			column{name: "value", kind: kindString, encoding: plain},
		),
	)
}

func phraseColumns() []column {
	flag := column{name: "element", kind: kindString, encoding: dictionary}
	return []column{
		{name: "text", kind: kindString, encoding: dictionary},
		{name: "start", kind: kindInt32, encoding: dictionary},
		{name: "end", kind: kindInt32, encoding: dictionary},
		{name: "phrase_id", kind: kindInt32, encoding: dictionary},
		{name: "flags", kind: kindList, fields: []column{flag}},
		{name: "best_score", kind: kindFloat32, encoding: dictionary},
		list("boxes",
			column{name: "x1", kind: kindFloat32, encoding: split},
			column{name: "y1", kind: kindFloat32, encoding: split},
			column{name: "x2", kind: kindFloat32, encoding: split},
			column{name: "y2", kind: kindFloat32, encoding: split},
			column{name: "score", kind: kindFloat32, encoding: dictionary},
		),
	}
}

// list makes a column that is a list of structs.
func list(name string, members ...column) column {
	element := column{name: "element", kind: kindStruct, fields: members}
	return column{name: name, kind: kindList, fields: []column{element}}
}

// parquetSchema builds the Parquet schema of the layout. Every column is
// OPTIONAL although only url and image are ever null: Hugging Face datasets
// ignores the declared features of a column whose nullability differs.
func parquetSchema(embedImages bool) *parquet.Schema {
	return parquet.NewSchema("row", group(layout(embedImages)))
}

// node returns the Parquet node of a column.
func (c column) node() parquet.Node {
	switch c.kind {
	case kindStruct, kindImage:
		return parquet.Optional(group(c.fields))
	case kindList:
		return parquet.Optional(parquet.List(c.fields[0].node()))
	}
	leaf := parquet.Encoded(leafNode(c.kind), c.encoding)
	return parquet.Optional(parquet.Compressed(leaf, codecOf(c.kind)))
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
