package chunk

import "fmt"

// Copy reads a chunk of a file as it is stored, after checking its pages against
// their checksums. The chunk refers to the file's bytes where they lie in memory;
// else it lies in memory, which grows. It may panic on a damaged file.
func Copy(source Source, group, column int, memory *[]byte) (*Chunk, error) {
	g := &source.Metadata().RowGroups[group]
	c := &Chunk{rows: int(g.NumRows), meta: g.Columns[column].MetaData}
	if err := c.copyPages(source, memory); err != nil {
		return nil, fmt.Errorf("column %v: %w", c.meta.PathInSchema, err)
	}
	return c, c.copyIndex(source, group, column)
}

// start returns where the chunk begins in the file that its metadata is of.
func (c *Chunk) start() int64 {
	if c.meta.DictionaryPageOffset > 0 {
		return c.meta.DictionaryPageOffset
	}
	return c.meta.DataPageOffset
}

func (c *Chunk) copyPages(source Source, memory *[]byte) error {
	data, err := source.read(c.start(), c.meta.TotalCompressedSize, memory)
	c.parts = [][]byte{data}
	for len(data) > 0 && err == nil {
		_, _, data, err = cutPage(data)
	}
	return err
}

// copyIndex takes over the page index of the source, and forgets where the chunk
// was.
func (c *Chunk) copyIndex(source Source, group, column int) (err error) {
	if c.offsetIndex, err = source.offsetIndex(group, column); err != nil {
		return err
	}
	c.offsetIndex = c.offsetIndexAt(-c.start())
	columns := source.Metadata().RowGroups[group].Columns
	if columns[column].ColumnIndexOffset > 0 {
		c.columnIndex = &source.ColumnIndexes()[group*len(columns)+column]
	}
	c.dictionaryBytes = c.meta.DataPageOffset - c.start()
	c.meta.DictionaryPageOffset, c.meta.IndexPageOffset, c.meta.BloomFilterOffset, c.meta.BloomFilterLength = 0, 0, 0, 0
	return nil
}
