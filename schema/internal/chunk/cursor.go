package chunk

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// Value is what the values of a leaf read as.
type Value interface {
	bool | int32 | int64 | float32 | string
}

// Run is a run of levels with its values, which are those at the highest
// definition level. Rep is empty for leaves outside lists.
type Run[T Value] struct {
	Rep, Def []byte
	Values   []T
}

// Cursor reads the levels and values of a chunk in order. Its methods may panic
// on a damaged file. The zero Cursor is ready to Open.
type Cursor[T Value] struct {
	pages          pages
	shared         *Shared
	maxRep, maxDef byte

	left  Run[T] // of the page
	rows  int    // that begin in left; not counted outside lists
	named bool   // names are those of this chunk

	// Memory that is used again.
	rep, def []byte
	values   []T
	names    []T     // the dictionary's values
	indexes  []int32 // their numbers
	joined   Run[T]  // of runs that lie in more than one page
}

// Open begins a chunk of a file, of type T; its levels go up to maxRep and maxDef.
// The memory of the chunk before is used again.
func (c *Cursor[T]) Open(source Source, group, column int, maxRep, maxDef byte, shared *Shared) error {
	c.shared, c.maxRep, c.maxDef = shared, maxRep, maxDef
	c.left, c.rows, c.named = Run[T]{}, 0, false
	return c.pages.open(source, group, column, maxRep > 0)
}

// Close lets go of the file and of strings in it.
func (c *Cursor[T]) Close() {
	c.pages, c.shared, c.left = pages{}, nil, Run[T]{}
	clear(c.values)
	clear(c.names)
	clear(c.joined.Values)
}

// Rows returns the next n rows, fewer at the end of the chunk. The result is valid
// until the next call, but for the bytes of strings, which stay.
func (c *Cursor[T]) Rows(n int) (Run[T], error) {
	if c.maxRep == 0 {
		return c.Levels(n)
	}
	return c.read(n, func(n int) (levels, rows int) {
		if n >= c.rows {
			return len(c.left.Rep), c.rows
		}
		for i, rep := range c.left.Rep {
			if rep == 0 {
				if rows == n {
					return i, rows
				}
				rows++
			}
		}
		return len(c.left.Rep), rows
	})
}

// Levels returns the next n levels with their values, as Rows does.
func (c *Cursor[T]) Levels(n int) (Run[T], error) {
	return c.read(n, func(n int) (levels, units int) {
		n = min(n, len(c.left.Def))
		return n, n
	})
}

// read returns the next n units; extent says how many levels of the page up to n
// units are, and how many units there were.
func (c *Cursor[T]) read(n int, extent func(n int) (levels, units int)) (run Run[T], err error) {
	for joined := false; n > 0; {
		if len(c.left.Def) == 0 {
			if len(run.Def) > 0 && !joined {
				run, joined = c.join(Run[T]{}, run), true // the page's memory goes
			}
			if err := c.load(); errors.Is(err, io.EOF) {
				return run, nil
			} else if err != nil {
				return Run[T]{}, err
			}
		}
		levels, units := extent(n)
		n -= units
		if part := c.cut(levels); joined {
			run = c.join(run, part)
		} else {
			run = part
		}
	}
	return run, nil
}

// cut takes levels off the page.
func (c *Cursor[T]) cut(levels int) (run Run[T]) {
	l := &c.left
	run.Def, l.Def = l.Def[:levels], l.Def[levels:]
	if c.maxRep > 0 {
		run.Rep, l.Rep = l.Rep[:levels], l.Rep[levels:]
	}
	values := len(l.Values)
	if len(l.Def) > 0 {
		values = bytes.Count(run.Def, []byte{c.maxDef})
		c.rows -= bytes.Count(run.Rep, []byte{0})
	}
	run.Values, l.Values = l.Values[:values], l.Values[values:]
	return run
}

// join appends b to a, which is empty or joined, in the cursor's own memory.
func (c *Cursor[T]) join(a, b Run[T]) Run[T] {
	c.joined.Rep = append(c.joined.Rep[:len(a.Rep)], b.Rep...)
	c.joined.Def = append(c.joined.Def[:len(a.Def)], b.Def...)
	c.joined.Values = append(c.joined.Values[:len(a.Values)], b.Values...)
	return c.joined
}

// load reads the next page.
func (c *Cursor[T]) load() error {
	memory := pageMemories.Get().(*pageMemory)
	defer pageMemories.Put(memory)
	page, err := c.pages.next(memory)
	if err != nil {
		return err
	}
	if err := c.decodeLevels(page); err != nil {
		return err
	}
	if c.maxRep > 0 && len(c.rep) > 0 && c.rep[0] != 0 {
		return errors.New("a page does not begin with a row")
	}
	values, err := c.decodeValues(page, bytes.Count(c.def, []byte{c.maxDef}), memory)
	c.left, c.rows = Run[T]{Rep: c.rep, Def: c.def, Values: values}, bytes.Count(c.rep, []byte{0})
	return err
}

// decodeValues returns the n values of a page.
func (c *Cursor[T]) decodeValues(page dataPage, n int, memory *pageMemory) (_ []T, err error) {
	if page.coding != format.RLEDictionary {
		return decodeValues(parquet.LookupEncoding(page.coding), page.values, n, &c.values)
	}
	if c.indexes, err = (&rle.DictionaryEncoding{}).DecodeInt32(c.indexes, page.values); err != nil {
		return nil, err
	}
	if len(c.indexes) < n {
		return nil, errValues(len(c.indexes), n)
	}
	if !c.named && n > 0 {
		if err := c.readNames(memory); err != nil {
			return nil, err
		}
	}
	c.values = slices.Grow(c.values[:0], n)[:n]
	for i, index := range c.indexes[:n] {
		c.values[i] = c.names[index]
	}
	return c.values, nil
}

// readNames reads the dictionary.
func (c *Cursor[T]) readNames(memory *pageMemory) error {
	encoded, n, err := c.pages.dictionary(memory)
	if err != nil {
		return err
	}
	c.names, err = decodeValues(parquet.LookupEncoding(format.Plain), encoded, n, &c.names)
	c.named = err == nil
	return err
}
