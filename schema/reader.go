package schema

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// ErrVersion is wrapped by the errors of OpenFile and NewReader when a file is
// not of the schema version that this package reads.
var ErrVersion = errors.New("not a groundmill file of schema version " + strconv.Itoa(Version))

// Reader reads the rows of one Parquet file of schema version 1. Its methods
// are safe for concurrent use when the io.ReaderAt is.
type Reader struct {
	source      chunk.Source
	embedImages bool
	closer      io.Closer
}

// OpenFile opens the file at path. The caller must Close the Reader.
func OpenFile(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var r *Reader
		if r, err = NewReader(f, info.Size()); err == nil {
			r.closer = f
			return r, nil
		}
	}
	f.Close()
	return nil, fmt.Errorf("%s: %w", path, err)
}

// ReadBytes reads a file that lies in memory, which must stay as it is as long as
// the Reader is used. It refuses what NewReader refuses.
func ReadBytes(file []byte) (*Reader, error) {
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	r.source.Bytes = file
	return r, nil
}

// NewReader reads a file of size bytes from r. It refuses files of other
// versions, and files whose columns are not those of the version, with an error
// that wraps ErrVersion.
func NewReader(r io.ReaderAt, size int64) (reader *Reader, err error) {
	defer recoverCorrupt(&err)
	if err := checkFooter(r, size); err != nil {
		return nil, fmt.Errorf("read parquet: %w", err)
	}
	file, err := parquet.OpenFile(r, size)
	if err != nil {
		return nil, fmt.Errorf("read parquet: %w", err)
	}
	version, ok := file.Lookup(keySchemaVersion)
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: the footer has no %s", ErrVersion, keySchemaVersion)
	case version != strconv.Itoa(Version):
		return nil, fmt.Errorf("%w: it is of version %.20q", ErrVersion, version)
	}
	_, embedImages := file.Schema().Lookup("image", "bytes")
	if want := parquetSchema(embedImages); !parquet.EqualNodes(want, file.Schema()) {
		return nil, fmt.Errorf("%w: its columns are\n%s\nbut must be\n%s", ErrVersion, file.Schema(), want)
	}
	if err := checkCodecs(file.Metadata()); err != nil {
		return nil, err
	}
	return &Reader{source: chunk.Source{File: file}, embedImages: embedImages}, nil
}

// checkCodecs refuses compressions that no writer of this version has used. The
// library's LZ4 takes all memory for a damaged page.
func checkCodecs(meta *format.FileMetaData) error {
	for i := range meta.RowGroups {
		for _, c := range meta.RowGroups[i].Columns {
			if codec := c.MetaData.Codec; codec != format.Zstd && codec != format.Uncompressed {
				return fmt.Errorf("%w: column %v is compressed with %v", ErrVersion, c.MetaData.PathInSchema, codec)
			}
		}
	}
	return nil
}

// checkFooter refuses a file whose footer can't be as long as the file says. The
// library would allocate that length first.
func checkFooter(r io.ReaderAt, size int64) error {
	const magic = "PAR1"
	var tail [8]byte
	if size < int64(len(magic)+len(tail)) {
		return fmt.Errorf("%d bytes are no Parquet file", size)
	}
	if _, err := r.ReadAt(tail[:], size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(tail[4:]) != magic {
		return errors.New("it does not end in PAR1: no Parquet file, or cut off")
	}
	if footer := int64(binary.LittleEndian.Uint32(tail[:])); footer > size-int64(len(magic)+len(tail)) {
		return fmt.Errorf("a footer of %d bytes in a file of %d", footer, size)
	}
	return nil
}

// Close releases the file that OpenFile opened.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// Metadata returns the footer's metadata.
func (r *Reader) Metadata() Metadata { return readMetadata(r.source.File) }

// NumRows returns the number of rows.
func (r *Reader) NumRows() int64 { return r.source.NumRows() }

// HasImages says whether the file has an image column.
func (r *Reader) HasImages() bool { return r.embedImages }

// Schema returns the Parquet schema in the notation of the Parquet tools.
func (r *Reader) Schema() string { return r.source.Schema().String() }

// Rows iterates over the rows in the order of the file and ends after the first
// error. The rows are the caller's. Empty lists and maps read as nil. Rows are
// not validated: use Row.Validate on files from elsewhere.
func (r *Reader) Rows() iter.Seq2[*Row, error] {
	const few = 64 // one row that is kept keeps so many in memory
	return func(yield func(*Row, error) bool) {
		for _, g := range r.Groups() {
			for rows, err := range g.batches(AllColumns, few, true) {
				if err != nil {
					yield(nil, err)
					return
				}
				for i := range rows {
					rows[i].ownStrings()
					if !yield(&rows[i], nil) {
						return
					}
				}
			}
		}
	}
}

// recoverCorrupt turns a panic of the Parquet library into an error: it trusts
// the lengths inside damaged files.
func recoverCorrupt(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("corrupt file: %v", p)
	}
}
