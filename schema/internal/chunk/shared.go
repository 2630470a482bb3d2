package chunk

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/rle"
)

// Shared lets the cursors over leaves of one struct, whose levels are the same,
// decode the levels of a page once. It is not safe for concurrent use.
type Shared struct {
	encoded  []byte // as the page has them
	rep, def []byte // decoded, in the memory of the cursor that did so
}

// decodeLevels decodes the levels of a page to c.rep and c.def.
func (c *Cursor[T]) decodeLevels(page dataPage) (err error) {
	s := c.shared
	if page.count == len(s.def) && bytes.Equal(page.levels, s.encoded) {
		c.rep, c.def = append(c.rep[:0], s.rep...), append(c.def[:0], s.def...)
		return nil
	}
	s.rep, s.def = nil, nil // they may be what is written over
	if c.maxRep > 0 {
		if c.rep, err = appendLevels(c.rep[:0], page.rep, c.maxRep, page.count); err != nil {
			return fmt.Errorf("repetition levels: %w", err)
		}
	}
	if c.def, err = appendLevels(c.def[:0], page.def, c.maxDef, page.count); err != nil {
		return fmt.Errorf("definition levels: %w", err)
	}
	s.encoded, s.rep, s.def = append(s.encoded[:0], page.levels...), c.rep[:len(c.rep):len(c.rep)], c.def
	return nil
}

// appendLevels decodes n levels over dst.
func appendLevels(dst, encoded []byte, highest byte, n int) ([]byte, error) {
	coding := rle.Encoding{BitWidth: bits.Len8(highest)}
	levels, err := coding.DecodeLevels(dst, encoded)
	switch {
	case err != nil:
		return dst, err
	case len(levels) < n:
		return dst, fmt.Errorf("%d where %d belong", len(levels), n)
	}
	return levels[:n], nil // the last run may go on to the next multiple of 8
}
