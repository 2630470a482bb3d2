package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// createdBy names the writer in the footer. It is fixed, so that a new release
// alone does not change a file's bytes.
const createdBy = "groundmill version 1 (build parquet-go)"

// footer returns the footer of a file without rows: the schema, the orders of its
// columns and the key-values.
func footer(meta Metadata, embedImages bool) (format.FileMetaData, error) {
	options := []parquet.WriterOption{
		&parquet.WriterConfig{CreatedBy: createdBy, Schema: parquetSchema(embedImages)},
	}
	for key, value := range meta.keyValues(embedImages) {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	var empty bytes.Buffer
	if err := parquet.NewGenericWriter[any](&empty, options...).Close(); err != nil {
		return format.FileMetaData{}, err
	}
	file, err := parquet.OpenFile(bytes.NewReader(empty.Bytes()), int64(empty.Len()))
	if err != nil {
		return format.FileMetaData{}, err
	}
	return *file.Metadata(), nil
}

// digestWriter counts and hashes what it passes on.
type digestWriter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func newDigestWriter(w io.Writer) *digestWriter {
	return &digestWriter{w: w, hash: sha256.New()}
}

func (d *digestWriter) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.hash.Write(p[:n])
	d.size += int64(n)
	return n, err
}

// sum returns the hex digest of what was written so far.
func (d *digestWriter) sum() string { return hex.EncodeToString(d.hash.Sum(nil)) }
