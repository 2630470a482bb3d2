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
	encoding encoding.Encoding // of leaves; nil is plain
	fields   []column          // members of a struct or image, or the one element of a list
}

// layout returns the columns of schema version 1, in the order of the file.
func layout(embedImages bool) []column {
	columns := []column{
		{name: "key", kind: kindString},
		{name: "url", kind: kindString},
		{name: "caption", kind: kindString},
		{name: "width", kind: kindInt32},
		{name: "height", kind: kindInt32},
		{name: "image_sha256", kind: kindString},
	}
	if embedImages {
		columns = append(columns, column{name: "image", kind: kindImage, fields: []column{
			{name: "bytes", kind: kindBytes},
			{name: "path", kind: kindString},
		}})
	}
	return append(columns,
		column{name: "source", kind: kindStruct, fields: []column{
			{name: "shard", kind: kindString, encoding: &parquet.RLEDictionary},
			{name: "index", kind: kindInt64},
		}},
		column{name: "caption_truncated", kind: kindBool},
		list("phrases", phraseColumns()...),
		list("meta",
			column{name: "key", kind: kindString, encoding: &parquet.RLEDictionary},
			column{name: "value", kind: kindString},
		),
	)
}

func phraseColumns() []column {
	flag := column{name: "element", kind: kindString, encoding: &parquet.RLEDictionary}
	return []column{
		{name: "text", kind: kindString},
		{name: "start", kind: kindInt32},
		{name: "end", kind: kindInt32},
		{name: "phrase_id", kind: kindInt32},
		{name: "flags", kind: kindList, fields: []column{flag}},
		{name: "best_score", kind: kindFloat32},
		list("boxes",
			column{name: "x1", kind: kindFloat32},
			column{name: "y1", kind: kindFloat32},
			column{name: "x2", kind: kindFloat32},
			column{name: "y2", kind: kindFloat32},
			column{name: "score", kind: kindFloat32},
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
	node := parquet.Compressed(parquet.Encoded(leafNode(c.kind), c.leafEncoding()), codecOf(c.kind))
	return parquet.Optional(node)
}

func (c column) leafEncoding() encoding.Encoding {
	if c.encoding != nil {
		return c.encoding
	}
	return &parquet.Plain
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
