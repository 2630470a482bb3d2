package chunk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
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
// on a damaged file.
type Cursor[T Value] struct {
	pages          parquet.Pages
	maxRep, maxDef byte

	page   parquet.Page // nil before the first one
	left   Run[T]       // of the page
	memory []T          // of decoded values
	names  []T          // the dictionary's values
	named  bool

	joined Run[T] // memory of runs that lie in more than one page
}

// NewCursor returns a cursor over a chunk of type T; its levels go up to maxRep
// and maxDef. The caller must Close it.
func NewCursor[T Value](column parquet.ColumnChunk, maxRep, maxDef byte) *Cursor[T] {
	return &Cursor[T]{pages: column.Pages(), maxRep: maxRep, maxDef: maxDef}
}

// Close ends the reading.
func (c *Cursor[T]) Close() error {
	c.release()
	return c.pages.Close()
}

// Rows returns the next n rows, fewer at the end of the chunk. The result is valid
// until the next call, but for the bytes of strings, which stay.
func (c *Cursor[T]) Rows(n int) (Run[T], error) {
	if c.maxRep == 0 {
		return c.Levels(n)
	}
	return c.read(n, func(n int) (levels, rows int) {
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
	values := bytes.Count(run.Def, []byte{c.maxDef})
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
	c.release()
	page, err := c.pages.ReadPage()
	if err != nil {
		return err
	}
	c.page = page
	c.left = Run[T]{Rep: page.RepetitionLevels(), Def: page.DefinitionLevels()}
	if c.maxRep > 0 && (len(c.left.Rep) != len(c.left.Def) || len(c.left.Rep) > 0 && c.left.Rep[0] != 0) {
		return errors.New("a page does not begin with a row")
	}
	values := bytes.Count(c.left.Def, []byte{c.maxDef})
	if c.left.Values = c.decode(values); len(c.left.Values) != values {
		return fmt.Errorf("a page has %d values for %d levels", len(c.left.Values), values)
	}
	return nil
}

// release gives the page's memory back, but for strings, which refer to it.
func (c *Cursor[T]) release() {
	if _, text := any(c.memory).([]string); !text && c.page != nil {
		parquet.Release(c.page)
	}
	c.page = nil
}

// decode returns the n values of the page.
func (c *Cursor[T]) decode(n int) []T {
	names := c.page.Dictionary()
	if names == nil {
		return values(c.page, n, &c.memory)
	}
	if !c.named {
		own := []T(nil)
		c.names, c.named = slices.Clone(values(names.Page(), names.Len(), &own)), true
	}
	data := c.page.Data()
	c.memory = slices.Grow(c.memory[:0], n)[:n]
	for i, index := range data.Int32()[:n] {
		c.memory[i] = c.names[index]
	}
	return c.memory
}
