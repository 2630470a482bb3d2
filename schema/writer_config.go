package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"github.com/parquet-go/parquet-go"
)

// createdBy names the writer in the footer. It is fixed, so that a new release
// alone does not change a file's bytes.
const createdBy = "groundmill version 1 (build parquet-go)"

// dictionaryBytes is the size at which a dictionary gives way to plain values
// for the rest of the row group: that of parquet-mr and Arrow.
const dictionaryBytes = 1 << 20

// writerConfig returns the options of the Parquet library. Bounds are left out
// where they help no query and would copy long values into the footer.
func writerConfig(meta Metadata, embedImages bool) []parquet.WriterOption {
	options := []parquet.WriterOption{
		&parquet.WriterConfig{CreatedBy: createdBy, Schema: parquetSchema(embedImages)},
		parquet.DataPageStatistics(false), // the page index has them
		parquet.DictionaryMaxBytes(dictionaryBytes),
		parquet.SkipPageBounds("url"),
		parquet.SkipPageBounds("caption"),
		parquet.SkipPageBounds("image_sha256"),
		parquet.SkipPageBounds("image", "bytes"),
		parquet.SkipPageBounds("image", "path"),
		parquet.SkipPageBounds("phrases", "list", "element", "text"),
		parquet.SkipPageBounds("meta", "list", "element", "value"),
	}
	for key, value := range meta.keyValues(embedImages) {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	return options
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
