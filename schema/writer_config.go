package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// createdBy names the writer in the footer. It is fixed, so that a new release
// alone does not change a file's bytes.
const createdBy = "groundmill version 1 (build parquet-go)"

// footer returns the footer of a file without rows: the schema, the orders of its
// columns and the key-values by their keys.
func footer(meta Metadata, embedImages bool) (format.FileMetaData, error) {
	foot, err := footers[embedImages]()
	foot.KeyValueMetadata = nil
	keyValues := meta.keyValues(embedImages)
	for _, key := range slices.Sorted(maps.Keys(keyValues)) {
		foot.KeyValueMetadata = append(foot.KeyValueMetadata, format.KeyValue{Key: key, Value: keyValues[key]})
	}
	return foot, err
}

// footers make the footers without key-values of files without and with images.
var footers = map[bool]func() (format.FileMetaData, error){
	false: sync.OnceValues(func() (format.FileMetaData, error) { return makeFooter(false) }),
	true:  sync.OnceValues(func() (format.FileMetaData, error) { return makeFooter(true) }),
}

// makeFooter lets the library write an empty file: it knows how a schema is stored.
func makeFooter(embedImages bool) (format.FileMetaData, error) {
	var empty bytes.Buffer
	config := &parquet.WriterConfig{CreatedBy: createdBy, Schema: parquetSchema(embedImages)}
	if err := parquet.NewGenericWriter[any](&empty, config).Close(); err != nil {
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
