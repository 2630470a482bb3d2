package schema

import (
	"fmt"
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"
)

// batchRows is how many rows Batches reads at once: enough to spread the calls,
// few enough that they stay in the processor's cache.
const batchRows = 512

// Group is one row group of a file.
type Group struct {
	reader *Reader
	index  int
	group  parquet.RowGroup
}

// Groups returns the row groups in the order of the file.
func (r *Reader) Groups() []*Group {
	groups := r.source.RowGroups()
	out := make([]*Group, len(groups))
	for i, g := range groups {
		out[i] = &Group{reader: r, index: i, group: g}
	}
	return out
}

// NumRows returns the number of rows.
func (g *Group) NumRows() int64 { return g.group.NumRows() }

// Batches iterates over the rows, some hundreds at a time, and ends after the
// first error. Only the given columns are read; the other fields are zero, and
// Phrases is nil unless a column of them is given. A batch and what its rows refer
// to are the caller's to change until the next one, but for strings and images,
// which stay as they are for good. Rows are not validated.
func (g *Group) Batches(columns Columns) iter.Seq2[[]Row, error] {
	return g.batches(columns, batchRows, false)
}

// batches is Batches with n rows at a time, which are the caller's for good if
// keep is set.
func (g *Group) batches(columns Columns, n int, keep bool) iter.Seq2[[]Row, error] {
	return func(yield func([]Row, error) bool) {
		b, err := openBatch(g, columns)
		if err != nil {
			yield(nil, g.wrap(err))
			return
		}
		defer b.close()
		b.keep = keep
		for left := g.NumRows(); left > 0; left -= int64(len(b.rows)) {
			if err := b.read(int(min(left, int64(n)))); err != nil {
				yield(nil, g.wrap(err))
				return
			}
			if !yield(b.rows, nil) {
				return
			}
		}
	}
}

func (g *Group) wrap(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read parquet: row group %d: %w", g.index, err)
}
