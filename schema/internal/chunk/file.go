package chunk

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const magic = "PAR1"

// MaxGroups is the most row groups a file can have.
const MaxGroups = math.MaxInt16

// File writes a Parquet file from chunks. After an error it is of no use.
type File struct {
	w       io.Writer
	offset  int64
	footer  format.FileMetaData
	columns [][]*format.ColumnIndex
	offsets [][]format.OffsetIndex
}

// NewFile starts a file on w. footer holds the schema, the column orders and the
// key-values; File adds the row groups.
func NewFile(w io.Writer, footer format.FileMetaData) *File {
	footer.RowGroups, footer.NumRows = nil, 0
	return &File{w: w, footer: footer}
}

func (f *File) write(p []byte) error {
	n, err := f.w.Write(p)
	f.offset += int64(n)
	return err
}

// begin writes what a file begins with.
func (f *File) begin() error {
	if f.offset > 0 {
		return nil
	}
	return f.write([]byte(magic))
}

// WriteGroup appends a row group of the chunks of all leaves, in the order of the
// schema.
func (f *File) WriteGroup(chunks []*Chunk) error {
	if len(f.footer.RowGroups) == MaxGroups {
		return fmt.Errorf("more than %d row groups", MaxGroups)
	}
	if err := f.begin(); err != nil {
		return err
	}
	group := format.RowGroup{
		FileOffset: f.offset, Ordinal: int16(len(f.footer.RowGroups)), NumRows: int64(chunks[0].rows),
		Columns: make([]format.ColumnChunk, len(chunks)),
	}
	columns, offsets := make([]*format.ColumnIndex, len(chunks)), make([]format.OffsetIndex, len(chunks))
	for i, c := range chunks {
		if c.rows != chunks[0].rows {
			return fmt.Errorf("column %v has %d rows, the first column %d", c.meta.PathInSchema, c.rows, chunks[0].rows)
		}
		columns[i], offsets[i], group.Columns[i].MetaData = c.columnIndex, c.offsetIndexAt(f.offset), c.metaAt(f.offset)
		group.TotalByteSize += c.meta.TotalUncompressedSize
		group.TotalCompressedSize += c.meta.TotalCompressedSize
		for _, part := range c.parts {
			if err := f.write(part); err != nil {
				return err
			}
		}
	}
	f.footer.RowGroups = append(f.footer.RowGroups, group)
	f.footer.NumRows += group.NumRows
	f.columns, f.offsets = append(f.columns, columns), append(f.offsets, offsets)
	return nil
}

// Close writes the page index and the footer.
func (f *File) Close() error {
	if err := f.begin(); err != nil {
		return err
	}
	if err := f.pageIndex(); err != nil {
		return err
	}
	start := f.offset
	if err := f.encode(&f.footer); err != nil {
		return err
	}
	return f.write(append(binary.LittleEndian.AppendUint32(nil, uint32(f.offset-start)), magic...))
}

// pageIndex writes the bounds and the places of all pages.
func (f *File) pageIndex() error {
	for i, columns := range f.columns {
		for j, index := range columns {
			if index == nil {
				continue
			}
			c := &f.footer.RowGroups[i].Columns[j]
			c.ColumnIndexOffset = f.offset
			if err := f.encode(index); err != nil {
				return err
			}
			c.ColumnIndexLength = int32(f.offset - c.ColumnIndexOffset)
		}
	}
	for i, offsets := range f.offsets {
		for j := range offsets {
			c := &f.footer.RowGroups[i].Columns[j]
			c.OffsetIndexOffset = f.offset
			if err := f.encode(&offsets[j]); err != nil {
				return err
			}
			c.OffsetIndexLength = int32(f.offset - c.OffsetIndexOffset)
		}
	}
	return nil
}

// encode writes a structure of the format.
func (f *File) encode(v any) error {
	data, err := thrift.Marshal(new(thrift.CompactProtocol), v)
	if err != nil {
		return err
	}
	return f.write(data)
}

// metaAt returns the chunk's metadata for a place in a file.
func (c *Chunk) metaAt(offset int64) format.ColumnMetaData {
	meta := c.meta
	meta.DataPageOffset = offset + c.dictionaryBytes
	if c.dictionaryBytes > 0 {
		meta.DictionaryPageOffset = offset
	}
	return meta
}

// offsetIndexAt returns the chunk's offset index for a place in a file.
func (c *Chunk) offsetIndexAt(offset int64) format.OffsetIndex {
	index := format.OffsetIndex{PageLocations: make([]format.PageLocation, len(c.offsetIndex.PageLocations))}
	for i, page := range c.offsetIndex.PageLocations {
		page.Offset += offset
		index.PageLocations[i] = page
	}
	return index
}
