package schema

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Row group sizes. Without images a group is as large as analytic readers like
// it (DuckDB's own size); with images it is what the Hugging Face viewer pages
// through.
const (
	defaultRowGroupRows      = 122_880
	defaultRowGroupRowsImage = 100
	defaultRowGroupBytes     = 100_000_000
)

// Rows are handed to the column buffers in chunks of so many rows or bytes: large
// enough to amortise the calls, small enough that a page, which ends on a chunk
// border, keeps near its target size.
const (
	chunkRows  = 64
	chunkBytes = 128 << 10
)

// errClosed is returned by methods of a closed Writer.
var errClosed = errors.New("schema: the writer is closed")

// WriterOptions shape a file. The zero value is the default.
type WriterOptions struct {
	EmbedImages   bool  // give the file an image column; rows then may carry Image
	RowGroupRows  int   // most rows in a row group; 0 is 122,880, with images 100
	RowGroupBytes int64 // most bytes of strings and images in a row group; 0 is 100 MB
}

func (o WriterOptions) withDefaults() WriterOptions {
	if o.RowGroupRows <= 0 {
		o.RowGroupRows = defaultRowGroupRows
		if o.EmbedImages {
			o.RowGroupRows = defaultRowGroupRowsImage
		}
	}
	if o.RowGroupBytes <= 0 {
		o.RowGroupBytes = defaultRowGroupBytes
	}
	return o
}

// Writer writes rows to one Parquet file of schema version 1. The bytes depend
// on the rows, the metadata and the options only. It is not safe for concurrent
// use. A Writer buffers one row group in memory.
type Writer struct {
	file    *parquet.GenericWriter[any]
	out     *digestWriter
	opts    WriterOptions
	columns [numLeaves]*parquet.ColumnWriter // nil for columns that the file has not

	chunk      shredder
	chunkRows  int
	chunkBytes int64
	groupRows  int
	groupBytes int64

	stats FileStats
	err   error // sticky: a half-written file can't be continued
}

// NewWriter starts a file on w. The caller closes w after Close.
func NewWriter(w io.Writer, meta Metadata, opts WriterOptions) (*Writer, error) {
	out := newDigestWriter(w)
	config := writerConfig(meta, opts.EmbedImages)
	if _, err := parquet.NewWriterConfig(config...); err != nil {
		return nil, fmt.Errorf("configure parquet: %w", err)
	}
	writer := &Writer{
		file: parquet.NewGenericWriter[any](out, config...),
		out:  out,
		opts: opts.withDefaults(),
	}
	columns := writer.file.ColumnWriters()
	for l := range numLeaves {
		if i := l.columnIndex(opts.EmbedImages); i >= 0 {
			writer.columns[l] = columns[i]
		}
	}
	return writer, nil
}

// Write appends a row. A row that Validate refuses, or one with an image for a
// file without images, is not written; the error is an *InvalidError and the
// Writer stays usable. Any other error is final. Write keeps no reference to
// the row but to its strings.
func (w *Writer) Write(row *Row) error {
	if w.err != nil {
		return w.err
	}
	if err := w.validate(row); err != nil {
		return err
	}
	size := rowBytes(row)
	if w.groupRows > 0 && w.groupBytes+size > w.opts.RowGroupBytes {
		if err := w.flushGroup(); err != nil {
			return err
		}
	}
	w.chunk.add(row)
	w.chunkRows++
	w.chunkBytes += size
	w.groupRows++
	w.groupBytes += size
	w.stats.count(row)
	return w.flushFull(row.Image != nil)
}

func (w *Writer) validate(row *Row) error {
	if row.Image != nil && !w.opts.EmbedImages {
		var c Check
		c.Addf("image", "is set but the file has no image column")
		return c.Err(fmt.Sprintf("row %q", row.Key))
	}
	return row.Validate()
}

// flushFull flushes the chunk and the row group where they are full. A chunk
// with an image is flushed at once, so that the image's bytes are not kept.
func (w *Writer) flushFull(image bool) error {
	if w.groupRows >= w.opts.RowGroupRows {
		return w.flushGroup()
	}
	if image || w.chunkRows >= chunkRows || w.chunkBytes >= chunkBytes {
		return w.flushChunk()
	}
	return nil
}

// flushChunk moves the chunk to the column buffers.
func (w *Writer) flushChunk() error {
	for l, column := range w.columns {
		values := w.chunk.columns[l]
		if column == nil || len(values) == 0 {
			continue
		}
		if _, err := column.WriteRowValues(values); err != nil {
			return w.fail(err)
		}
	}
	w.chunk.reset()
	w.chunkRows, w.chunkBytes = 0, 0
	return nil
}

// flushGroup ends the row group.
func (w *Writer) flushGroup() error {
	if err := w.flushChunk(); err != nil {
		return err
	}
	if err := w.file.Flush(); err != nil {
		return w.fail(err)
	}
	w.groupRows, w.groupBytes = 0, 0
	return nil
}

// Close writes the footer and returns the file's statistics. The file is whole
// only when the error is nil.
func (w *Writer) Close() (FileStats, error) {
	if w.err != nil {
		return FileStats{}, w.err
	}
	if err := w.flushChunk(); err != nil {
		return FileStats{}, err
	}
	if err := w.file.Close(); err != nil {
		return FileStats{}, w.fail(err)
	}
	w.err = errClosed
	w.stats.Bytes, w.stats.SHA256 = w.out.size, w.out.sum()
	return w.stats, nil
}

// fail makes an error final.
func (w *Writer) fail(err error) error {
	w.err = fmt.Errorf("write parquet: %w", err)
	return w.err
}

// rowBytes is about how much of a row group's memory a row takes.
func rowBytes(row *Row) int64 {
	const fixed, phrase, box = 64, 24, 20
	n := fixed + len(row.Key) + len(row.URL) + len(row.Caption) + len(row.ImageSHA256) + len(row.Source.Shard)
	if row.Image != nil {
		n += len(row.Image.Bytes)
	}
	for i := range row.Phrases {
		n += phrase + len(row.Phrases[i].Text) + box*len(row.Phrases[i].Boxes)
	}
	for key, value := range row.Meta {
		n += len(key) + len(value)
	}
	return int64(n)
}
