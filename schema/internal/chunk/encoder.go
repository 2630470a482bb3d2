package chunk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/bytestreamsplit"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageBytes is the size at which a page of strings ends before it has its rows.
const pageBytes = 1 << 20

// Column is one leaf of a row group.
type Column struct {
	Leaf   *Leaf
	Values *Values
}

// Encoder encodes columns. It keeps memory between uses and is not safe for
// concurrent use.
type Encoder struct {
	compressor
	indexer *indexer
	header  bytes.Buffer
	body    []byte // a page before compression
	packed  []byte // and after
	scratch []byte
}

// NewEncoder returns an Encoder.
func NewEncoder() *Encoder { return &Encoder{compressor: newCompressor(), indexer: newIndexer()} }

// Encode encodes leaves that share their levels. The chunks may refer to the
// values.
func (e *Encoder) Encode(levels *Levels, columns ...Column) ([]*Chunk, error) {
	pages := levels.pages()
	encoded := make([][]byte, len(pages))
	for i, p := range pages {
		encoded[i] = e.levels(nil, levels, p)
	}
	chunks := make([]*Chunk, len(columns))
	for i, c := range columns {
		w := newBuilder(e, levels, c)
		if err := w.build(pages, encoded); err != nil {
			return nil, fmt.Errorf("column %v: %w", c.Leaf.Path, err)
		}
		chunks[i] = w.chunk
	}
	return chunks, nil
}

// levels appends a page's levels as data pages of version 1 have them: each kind
// after its length.
func (e *Encoder) levels(dst []byte, l *Levels, p page) []byte {
	if l.maxRep > 0 {
		dst = e.runs(dst, l.rep[p.from:p.to], l.maxRep)
	}
	if l.maxDef > 0 {
		dst = e.runs(dst, l.def[p.from:p.to], l.maxDef)
	}
	return dst
}

func (e *Encoder) runs(dst, levels []byte, highest byte) []byte {
	coding := rle.Encoding{BitWidth: bits.Len8(highest)}
	e.scratch, _ = coding.EncodeLevels(e.scratch[:0], levels) // fails for a wrong bit width only
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(e.scratch)))
	return append(dst, e.scratch...)
}

// builder builds one chunk.
type builder struct {
	*Encoder
	levels *Levels
	leaf   *Leaf
	values *Values
	column column
	index  *dictionary // nil when there is none
	order  []bound     // of the pages
	chunk  *Chunk
}

func newBuilder(e *Encoder, levels *Levels, c Column) *builder {
	return &builder{
		Encoder: e, levels: levels, leaf: c.Leaf, values: c.Values,
		column: c.Values.column(c.Leaf.Type), chunk: &Chunk{rows: levels.rows},
	}
}

func (b *builder) build(pages []page, encoded [][]byte) error {
	b.chunk.meta = format.ColumnMetaData{
		Type: b.leaf.Type, PathInSchema: b.leaf.Path, Codec: b.leaf.Compression.codec(), NumValues: int64(len(b.levels.def)),
	}
	if b.leaf.Encoding == Dictionary {
		b.index = b.column.index(b.indexer)
	}
	if b.index != nil {
		if err := b.dictionaryPage(); err != nil {
			return err
		}
	}
	for i, p := range pages {
		if err := b.dataPages(p, encoded[i]); err != nil {
			return err
		}
	}
	b.finish()
	return nil
}

// dataPages writes a page, or more than one when it is a long one of strings.
func (b *builder) dataPages(p page, encoded []byte) error {
	strings, ok := b.column.(*Strings)
	if !ok || b.index != nil || len(strings.plain(nil, p.first, p.first+p.values)) <= pageBytes {
		return b.dataPage(p, encoded)
	}
	for _, part := range b.levels.split(p, pageBytes, strings.size) {
		if err := b.dataPage(part, b.Encoder.levels(nil, b.levels, part)); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) dataPage(p page, levels []byte) error {
	values, coding := b.encode(p.first, p.first+p.values)
	header := format.PageHeader{
		Type: format.DataPage,
		DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues:               int32(p.to - p.from),
			Encoding:                coding,
			DefinitionLevelEncoding: format.RLE,
			RepetitionLevelEncoding: format.RLE,
			Statistics:              format.Statistics{NullCount: int64(p.nulls())},
		}),
	}
	offset := b.chunk.meta.TotalCompressedSize
	if err := b.write(&header, coding, levels, values); err != nil {
		return err
	}
	b.chunk.offsetIndex.PageLocations = append(b.chunk.offsetIndex.PageLocations, format.PageLocation{
		Offset: offset, CompressedPageSize: int32(b.chunk.meta.TotalCompressedSize - offset), FirstRowIndex: int64(p.row),
	})
	b.bound(p)
	return nil
}

// encode returns some values as the body of a page has them.
func (b *builder) encode(from, to int) (values []byte, coding format.Encoding) {
	switch {
	case b.index != nil:
		b.scratch, _ = (&rle.DictionaryEncoding{}).EncodeInt32(b.scratch[:0], b.index.indexes[from:to]) // never fails
		return b.scratch, format.RLEDictionary
	case b.leaf.Encoding == Split:
		b.scratch, _ = (&bytestreamsplit.Encoding{}).EncodeFloat(b.scratch[:0], b.values.Floats[from:to]) // never fails
		return b.scratch, format.ByteStreamSplit
	case b.leaf.Encoding == Delta:
		b.scratch, _ = (&delta.BinaryPackedEncoding{}).EncodeInt64(b.scratch[:0], b.values.Int64s[from:to]) // never fails
		return b.scratch, format.DeltaBinaryPacked
	default:
		return b.column.plain(b.scratch, from, to), format.Plain
	}
}

func (b *builder) dictionaryPage() error {
	header := format.PageHeader{
		Type:                 format.DictionaryPage,
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(b.index.n), Encoding: format.Plain}),
	}
	if err := b.write(&header, format.Plain, nil, b.index.distinct); err != nil {
		return err
	}
	b.chunk.dictionaryBytes = b.chunk.meta.TotalCompressedSize
	return nil
}

// write appends a page of levels and values.
func (b *builder) write(header *format.PageHeader, coding format.Encoding, levels, values []byte) error {
	size := len(levels) + len(values)
	if size > math.MaxInt32 {
		return fmt.Errorf("a page of %d bytes", size)
	}
	header.UncompressedPageSize = int32(size)
	var body [][]byte
	if b.leaf.Compression == Stored {
		body = [][]byte{levels, values}
	} else {
		b.body = append(append(b.body[:0], levels...), values...)
		b.packed = b.compress(b.leaf.Compression, b.packed[:0], b.body)
		body = [][]byte{bytes.Clone(b.packed)}
	}
	header.CompressedPageSize, header.CRC = 0, 0
	sum := uint32(0)
	for _, part := range body {
		header.CompressedPageSize += int32(len(part))
		sum = crc32.Update(sum, crc32.IEEETable, part)
	}
	header.CRC = int32(sum)
	b.header.Reset()
	if err := thrift.NewEncoder(new(thrift.CompactProtocol).NewWriter(&b.header)).Encode(header); err != nil {
		return err
	}
	b.chunk.add(header, coding, bytes.Clone(b.header.Bytes()), body)
	return nil
}
