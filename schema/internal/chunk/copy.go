package chunk

import (
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Copy reads a chunk of a file as it is stored, after checking its pages against
// their checksums. The chunk lies in memory, which grows. It may panic on a damaged
// file.
func Copy(file *parquet.File, group, column int, memory *[]byte) (*Chunk, error) {
	g := &file.Metadata().RowGroups[group]
	source := &g.Columns[column]
	meta := source.MetaData
	start := meta.DataPageOffset
	if meta.DictionaryPageOffset > 0 {
		start = meta.DictionaryPageOffset
	}
	if start < 0 || meta.TotalCompressedSize < 0 || start+meta.TotalCompressedSize > file.Size() {
		return nil, fmt.Errorf("column %v: %d bytes at %d in a file of %d", meta.PathInSchema, meta.TotalCompressedSize, start, file.Size())
	}
	*memory = slices.Grow((*memory)[:0], int(meta.TotalCompressedSize))
	data := (*memory)[:meta.TotalCompressedSize]
	if _, err := file.ReadAt(data, start); err != nil {
		return nil, fmt.Errorf("column %v: %w", meta.PathInSchema, err)
	}
	if err := checkPages(data); err != nil {
		return nil, fmt.Errorf("column %v: %w", meta.PathInSchema, err)
	}
	c := &Chunk{parts: [][]byte{data}, rows: int(g.NumRows), dictionaryBytes: meta.DataPageOffset - start, meta: meta}
	c.meta.DictionaryPageOffset, c.meta.IndexPageOffset, c.meta.BloomFilterOffset, c.meta.BloomFilterLength = 0, 0, 0, 0
	return c, c.copyIndex(file, source, group*len(g.Columns)+column, start)
}

// copyIndex takes over the page index of the source; at is its place among all
// chunks.
func (c *Chunk) copyIndex(file *parquet.File, source *format.ColumnChunk, at int, start int64) error {
	if source.OffsetIndexOffset == 0 || at >= len(file.OffsetIndexes()) {
		return fmt.Errorf("column %v has no page index", c.meta.PathInSchema)
	}
	c.offsetIndex = file.OffsetIndexes()[at]
	c.offsetIndex = c.offsetIndexAt(-start)
	if source.ColumnIndexOffset > 0 {
		c.columnIndex = &file.ColumnIndexes()[at]
	}
	return nil
}

// errChecksum says that a page is not what was written.
var errChecksum = errors.New("a page differs from its checksum")

// checkPages walks over the pages of a chunk.
func checkPages(data []byte) error {
	for len(data) > 0 {
		var header format.PageHeader
		reader := new(thrift.CompactProtocol).NewReaderFromBytes(data)
		if err := thrift.NewDecoder(reader).Decode(&header); err != nil {
			return fmt.Errorf("page header: %w", err)
		}
		size, rest := int(header.CompressedPageSize), data[reader.BytesRead():]
		if size < 0 || size > len(rest) {
			return fmt.Errorf("a page of %d bytes in %d", size, len(rest))
		}
		if crc32.ChecksumIEEE(rest[:size]) != uint32(header.CRC) {
			return errChecksum
		}
		data = rest[size:]
	}
	return nil
}
