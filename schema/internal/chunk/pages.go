package chunk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// errChecksum says that a page is not what was written.
var errChecksum = errors.New("a page differs from its checksum")

// cutPage returns the first page of data with its header, and what follows it. The
// page agrees with its checksum.
func cutPage(data []byte) (header *format.PageHeader, page, rest []byte, err error) {
	header = &format.PageHeader{}
	reader := new(thrift.CompactProtocol).NewReaderFromBytes(data)
	if err := thrift.NewDecoder(reader).Decode(header); err != nil {
		return nil, nil, nil, fmt.Errorf("page header: %w", err)
	}
	page, rest, err = cut(data[reader.BytesRead():], int(header.CompressedPageSize))
	if err == nil && crc32.ChecksumIEEE(page) != uint32(header.CRC) {
		err = errChecksum
	}
	return header, page, rest, err
}

// cut returns the first n bytes of data and the others.
func cut(data []byte, n int) (head, tail []byte, err error) {
	if n < 0 || n > len(data) {
		return nil, nil, fmt.Errorf("%d bytes of a page in %d", n, len(data))
	}
	return data[:n], data[n:], nil
}

// dataPage is a data page without compression, in the memory that it was read to.
type dataPage struct {
	count    int    // of levels
	levels   []byte // both kinds, as the page has them
	rep, def []byte // encoded; rep is nil outside lists
	coding   format.Encoding
	values   []byte
}

// Source is a file that chunks are read from.
type Source struct {
	*parquet.File
	Bytes []byte // all of the file when it lies in memory, else nil
}

// read returns size bytes of the file: a view, or in memory, which grows.
func (s Source) read(offset, size int64, memory *[]byte) ([]byte, error) {
	switch {
	case offset < 0 || size < 0 || offset+size > s.Size():
		return nil, fmt.Errorf("%d bytes at %d in a file of %d", size, offset, s.Size())
	case s.Bytes != nil:
		return s.Bytes[offset : offset+size], nil
	}
	*memory = slices.Grow((*memory)[:0], int(size))[:size]
	_, err := s.ReadAt(*memory, offset)
	return *memory, err
}

// offsetIndex returns the places of the pages of a chunk.
func (s Source) offsetIndex(group, column int) (format.OffsetIndex, error) {
	columns, all := s.Metadata().RowGroups[group].Columns, s.OffsetIndexes()
	at := group*len(columns) + column
	if columns[column].OffsetIndexOffset == 0 || at >= len(all) {
		return format.OffsetIndex{}, fmt.Errorf("column %v has no page index", columns[column].MetaData.PathInSchema)
	}
	return all[at], nil
}

// pageMemory is the memory of one page, as it is stored and without compression.
type pageMemory struct{ stored, unpacked []byte }

// pageMemories lends it while a page is decoded.
var pageMemories = sync.Pool{New: func() any { return &pageMemory{} }}

// pages reads the data pages of a chunk, of version 1 or 2, in order.
type pages struct {
	source Source
	meta   *format.ColumnMetaData
	codec  compress.Codec
	places []format.PageLocation // of pages that are not read yet
	nested bool                  // whether pages have repetition levels
}

func (p *pages) open(source Source, group, column int, nested bool) error {
	meta := &source.Metadata().RowGroups[group].Columns[column].MetaData
	index, err := source.offsetIndex(group, column)
	*p = pages{source: source, meta: meta, nested: nested, codec: parquet.LookupCompressionCodec(meta.Codec), places: index.PageLocations}
	return err
}

// read reads a page of so many bytes, header included.
func (p *pages) read(offset, size int64, memory *pageMemory) (*format.PageHeader, []byte, error) {
	stored, err := p.source.read(offset, size, &memory.stored)
	if err != nil {
		return nil, nil, err
	}
	header, page, _, err := cutPage(stored)
	return header, page, err
}

// unpack undoes the compression of data, which has size bytes without.
func (p *pages) unpack(data []byte, size int, memory *pageMemory) (_ []byte, err error) {
	if p.meta.Codec == format.Uncompressed {
		return data, nil
	}
	memory.unpacked, err = p.codec.Decode(slices.Grow(memory.unpacked[:0], size), data)
	if err == nil && len(memory.unpacked) != size {
		err = fmt.Errorf("a page of %d bytes has %d", size, len(memory.unpacked))
	}
	return memory.unpacked, err
}

// dictionary returns the values of the dictionary page in PLAIN encoding, and how
// many they are.
func (p *pages) dictionary(memory *pageMemory) (values []byte, n int, err error) {
	start, end := p.meta.DictionaryPageOffset, p.meta.DataPageOffset
	header, page, err := p.read(start, end-start, memory)
	if err != nil {
		return nil, 0, err
	}
	values, err = p.unpack(page, int(header.UncompressedPageSize), memory)
	return values, int(header.DictionaryPageHeader.V.NumValues), err
}

// next returns the next data page, or io.EOF.
func (p *pages) next(memory *pageMemory) (dataPage, error) {
	if len(p.places) == 0 {
		return dataPage{}, io.EOF
	}
	place := p.places[0]
	p.places = p.places[1:]
	header, page, err := p.read(place.Offset, int64(place.CompressedPageSize), memory)
	switch {
	case err != nil:
		return dataPage{}, err
	case header.Type == format.DataPageV2:
		return p.version2(header, page, memory)
	default:
		return p.version1(header, page, memory)
	}
}

// version1 takes a page apart whose levels, each kind after its length, are
// compressed with the values.
func (p *pages) version1(header *format.PageHeader, page []byte, memory *pageMemory) (d dataPage, err error) {
	d = dataPage{count: int(header.DataPageHeader.V.NumValues), coding: header.DataPageHeader.V.Encoding}
	all, err := p.unpack(page, int(header.UncompressedPageSize), memory)
	d.values = all
	if err == nil && p.nested {
		d.rep, d.values, err = cutLevels(d.values)
	}
	if err == nil {
		d.def, d.values, err = cutLevels(d.values)
	}
	d.levels = all[:len(all)-len(d.values)]
	return d, err
}

// cutLevels returns the levels that data begins with.
func cutLevels(data []byte) (levels, rest []byte, err error) {
	length, data, err := cut(data, lengthBytes)
	if err != nil {
		return nil, nil, err
	}
	return cut(data, int(binary.LittleEndian.Uint32(length)))
}

// version2 takes a page apart whose levels are not compressed.
func (p *pages) version2(header *format.PageHeader, page []byte, memory *pageMemory) (d dataPage, err error) {
	h := &header.DataPageHeaderV2.V
	d = dataPage{count: int(h.NumValues), coding: h.Encoding}
	rep, def := int(h.RepetitionLevelsByteLength), int(h.DefinitionLevelsByteLength)
	if d.levels, d.values, err = cut(page, rep+def); err != nil {
		return d, err
	}
	if d.rep, d.def, err = cut(d.levels, rep); err != nil {
		return d, err
	}
	if !h.IsCompressed.Valid || h.IsCompressed.V {
		d.values, err = p.unpack(d.values, int(header.UncompressedPageSize)-rep-def, memory)
	}
	return d, err
}
