package schema

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// Sizes of row groups and pages: docs/parquet.md has the figures. With images a
// row group is what the Hugging Face viewer pages through.
const (
	defaultRowGroupRows      = 40_960
	defaultRowGroupRowsImage = 100
	defaultRowGroupBytes     = 100_000_000
	defaultPageRows          = 20_480
)

// writeBuffer is how many bytes are handed on at once.
const writeBuffer = 64 << 10

// errClosed is returned by methods of a closed Writer.
var errClosed = errors.New("schema: the writer is closed")

// WriterOptions shape a file. The zero value is the default.
type WriterOptions struct {
	EmbedImages   bool  // give the file an image column; rows then may carry Image
	RowGroupRows  int   // most rows in a row group; 0 is 40,960, with images 100
	RowGroupBytes int64 // most bytes of strings outside phrases, and of images, in a row group; 0 is 100 MB
	PageRows      int   // most rows in a page; 0 is 20,480
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
	if o.PageRows <= 0 {
		o.PageRows = defaultPageRows
	}
	return o
}

// Writer writes rows to one Parquet file of schema version 1. The bytes depend
// on the rows, the metadata and the options only. It is not safe for concurrent
// use. A Writer holds one row group in memory and encodes its columns in parallel,
// on up to GOMAXPROCS goroutines that end before the call that started them.
type Writer struct {
	file *chunk.File
	buf  *bufio.Writer
	out  *digestWriter
	opts WriterOptions

	group      *shredder
	groupRows  int
	groupBytes int64

	stats FileStats
	err   error // sticky: a half-written file can't be continued
}

// NewWriter starts a file on w. The caller closes w after Close.
func NewWriter(w io.Writer, meta Metadata, opts WriterOptions) (*Writer, error) {
	foot, err := footer(meta, opts.EmbedImages)
	if err != nil {
		return nil, fmt.Errorf("configure parquet: %w", err)
	}
	opts = opts.withDefaults()
	out := newDigestWriter(w)
	buf := bufio.NewWriterSize(out, writeBuffer)
	return &Writer{file: chunk.NewFile(buf, foot), buf: buf, out: out, opts: opts, group: newShredder(opts.PageRows)}, nil
}

// Write appends a row. A row that Validate refuses, or one with an image for a
// file without images, is not written; the error is an *InvalidError and the
// Writer stays usable. Any other error is final. Write keeps no reference to the
// row.
func (w *Writer) Write(row *Row) error {
	if w.err != nil {
		return w.err
	}
	if err := w.validate(row); err != nil {
		return err
	}
	size := rowBytes(row)
	if w.groupRows > 0 && w.groupBytes+size > w.opts.RowGroupBytes {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.group.add(row)
	w.groupRows++
	w.groupBytes += size
	w.stats.count(row)
	if w.groupRows >= w.opts.RowGroupRows {
		return w.flush()
	}
	return nil
}

func (w *Writer) validate(row *Row) error {
	if row.Image != nil && !w.opts.EmbedImages {
		var c Check
		c.Addf("image", "is set but the file has no image column")
		return c.Err(fmt.Sprintf("row %q", row.Key))
	}
	return row.Validate()
}

// flush ends the row group.
func (w *Writer) flush() error {
	if w.groupRows == 0 {
		return nil
	}
	chunks, err := w.group.encode(w.has)
	if err == nil {
		err = w.file.WriteGroup(w.present(chunks))
	}
	if err != nil {
		return w.fail(err)
	}
	w.group.reset()
	w.groupRows, w.groupBytes = 0, 0
	return nil
}

// has says whether the file has a leaf.
func (w *Writer) has(l leaf) bool { return l.columnIndex(w.opts.EmbedImages) >= 0 }

// present returns the chunks of the leaves that the file has.
func (w *Writer) present(chunks [numLeaves]*chunk.Chunk) []*chunk.Chunk {
	out := make([]*chunk.Chunk, 0, numLeaves)
	for l := range numLeaves {
		if w.has(l) {
			out = append(out, chunks[l])
		}
	}
	return out
}

// Close writes the footer and returns the file's statistics. The file is whole
// only when the error is nil.
func (w *Writer) Close() (FileStats, error) {
	if w.err != nil {
		return FileStats{}, w.err
	}
	if err := w.flush(); err != nil {
		return FileStats{}, err
	}
	if err := w.file.Close(); err != nil {
		return FileStats{}, w.fail(err)
	}
	if err := w.buf.Flush(); err != nil {
		return FileStats{}, w.fail(err)
	}
	w.group.close()
	w.err, w.group = errClosed, nil
	w.stats.Bytes, w.stats.SHA256 = w.out.size, w.out.sum()
	return w.stats, nil
}

// fail makes an error final.
func (w *Writer) fail(err error) error {
	w.err = fmt.Errorf("write parquet: %w", err)
	return w.err
}

// rowBytes is about how much of a row group's memory a row takes, phrases left
// out: a row of a raw file must end a row group where its row in the data file does.
func rowBytes(row *Row) int64 {
	const fixed = 64
	n := fixed + len(row.Key) + len(row.URL) + len(row.Caption) + len(row.ImageSHA256) + len(row.Source.Shard)
	if row.Image != nil {
		n += len(row.Image.Bytes)
	}
	for key, value := range row.Meta {
		n += len(key) + len(value)
	}
	return int64(n)
}
