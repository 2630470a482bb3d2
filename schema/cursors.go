package schema

import (
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// cursors read the leaves of a row group, side by side; those that are not read
// are nil.
type cursors struct {
	bools   [numLeaves]*chunk.Cursor[bool]
	int32s  [numLeaves]*chunk.Cursor[int32]
	int64s  [numLeaves]*chunk.Cursor[int64]
	floats  [numLeaves]*chunk.Cursor[float32]
	strings [numLeaves]*chunk.Cursor[string]
	closers []func() error
}

// open opens the leaves of columns that the group has.
func (c *cursors) open(g *Group, columns Columns) {
	chunks := g.group.ColumnChunks()
	for l := range numLeaves {
		i := l.columnIndex(g.reader.embedImages)
		if i < 0 || !columns.Has(l.columns()) {
			continue
		}
		switch leaves[l].Type {
		case format.Boolean:
			openLeaf(c, &c.bools, l, chunks[i])
		case format.Int32:
			openLeaf(c, &c.int32s, l, chunks[i])
		case format.Int64:
			openLeaf(c, &c.int64s, l, chunks[i])
		case format.Float:
			openLeaf(c, &c.floats, l, chunks[i])
		default:
			openLeaf(c, &c.strings, l, chunks[i])
		}
	}
}

func openLeaf[T chunk.Value](c *cursors, all *[numLeaves]*chunk.Cursor[T], l leaf, column parquet.ColumnChunk) {
	h := highest[l.stream()]
	all[l] = chunk.NewCursor[T](column, h.rep, h.def)
	c.closers = append(c.closers, all[l].Close)
}

// close ends the reading of all leaves.
func (c *cursors) close() {
	for _, f := range c.closers {
		_ = f() // nothing was written
	}
}

// name returns the leaf's path for messages.
func (l leaf) name() string { return strings.Join(leaves[l].Path, ".") }

// errShort says that a leaf has fewer levels or values than another one.
func errShort(l leaf, got, want int) error {
	return fmt.Errorf("column %s has %d values where %d belong", l.name(), got, want)
}
