package chunk

import (
	"github.com/parquet-go/parquet-go/format"
)

// bound is what the page index says of one page.
type bound struct {
	least, greatest []byte // nil when the page has nulls only
	nulls           int64
}

// bound records the bounds of a page.
func (b *builder) bound(p page) {
	b.chunk.meta.Statistics.NullCount += int64(p.nulls())
	if !b.leaf.Bounds {
		return
	}
	one := bound{nulls: int64(p.nulls())}
	if p.values > 0 {
		one.least, one.greatest = b.column.bounds(p.first, p.first+p.values)
		b.widen(one)
	}
	b.order = append(b.order, one)
}

// widen makes the chunk's bounds cover a page's.
func (b *builder) widen(page bound) {
	s := &b.chunk.meta.Statistics
	if s.MinValue == nil || b.column.compare(page.least, s.MinValue) < 0 {
		s.MinValue = page.least
	}
	if s.MaxValue == nil || b.column.compare(page.greatest, s.MaxValue) > 0 {
		s.MaxValue = page.greatest
	}
}

// finish builds the column index.
func (b *builder) finish() {
	if len(b.order) == 0 {
		return
	}
	index := &format.ColumnIndex{BoundaryOrder: b.boundaryOrder()}
	for _, one := range b.order {
		index.NullPages = append(index.NullPages, one.least == nil)
		index.MinValues = append(index.MinValues, one.least)
		index.MaxValues = append(index.MaxValues, one.greatest)
		index.NullCounts = append(index.NullCounts, one.nulls)
	}
	b.chunk.columnIndex = index
}

// boundaryOrder says whether both bounds rise, or fall, from page to page; pages
// of nulls are passed over.
func (b *builder) boundaryOrder() format.BoundaryOrder {
	rising, falling := true, true
	var last *bound
	for i := range b.order {
		one := &b.order[i]
		if one.least == nil {
			continue
		}
		if last != nil {
			low, high := b.column.compare(last.least, one.least), b.column.compare(last.greatest, one.greatest)
			rising = rising && low <= 0 && high <= 0
			falling = falling && low >= 0 && high >= 0
		}
		last = one
	}
	switch {
	case rising:
		return format.Ascending
	case falling:
		return format.Descending
	default:
		return format.Unordered
	}
}
