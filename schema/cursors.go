package schema

import (
	"fmt"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// cursors read leaves of a row group, side by side.
type cursors struct {
	reads   [numLeaves]bool // those that are open; others must not be read
	bools   [numLeaves]chunk.Cursor[bool]
	int32s  [numLeaves]chunk.Cursor[int32]
	int64s  [numLeaves]chunk.Cursor[int64]
	floats  [numLeaves]chunk.Cursor[float32]
	strings [numLeaves]chunk.Cursor[string]
	shared  [numStreams]chunk.Shared
}

// cursorsPool lends cursors, which keep their memory, to row groups.
var cursorsPool = sync.Pool{New: func() any { return &cursors{} }}

// openCursors opens the leaves of columns that the group has. The caller must close
// them.
func openCursors(g *Group, columns Columns) (c *cursors, err error) {
	defer recoverCorrupt(&err)
	c = cursorsPool.Get().(*cursors)
	for l := range numLeaves {
		if columns.Has(l.columns()) && l.columnIndex(g.reader.embedImages) >= 0 {
			c.reads[l] = true
			if err := c.open(g, l); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *cursors) open(g *Group, l leaf) error {
	switch leaves[l].Type {
	case format.Boolean:
		return openLeaf(c, &c.bools[l], g, l)
	case format.Int32:
		return openLeaf(c, &c.int32s[l], g, l)
	case format.Int64:
		return openLeaf(c, &c.int64s[l], g, l)
	case format.Float:
		return openLeaf(c, &c.floats[l], g, l)
	default:
		return openLeaf(c, &c.strings[l], g, l)
	}
}

func openLeaf[T chunk.Value](c *cursors, cursor *chunk.Cursor[T], g *Group, l leaf) error {
	s := l.stream()
	return cursor.Open(g.reader.source, g.index, l.columnIndex(g.reader.embedImages), highest[s].rep, highest[s].def, &c.shared[s])
}

// close ends the reading: what was read, but for the bytes of strings, is not valid
// any more.
func (c *cursors) close() {
	for l := range numLeaves {
		c.bools[l].Close()
		c.int32s[l].Close()
		c.int64s[l].Close()
		c.floats[l].Close()
		c.strings[l].Close()
	}
	c.reads = [numLeaves]bool{}
	cursorsPool.Put(c)
}

// name returns the leaf's path for messages.
func (l leaf) name() string { return strings.Join(leaves[l].Path, ".") }

// errShort says that a leaf has fewer levels or values than another one.
func errShort(l leaf, got, want int) error {
	return fmt.Errorf("column %s has %d values where %d belong", l.name(), got, want)
}
