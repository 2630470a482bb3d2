package schema

import (
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// zstdCodec is Zstandard at the library's default, about level 3. One encoder
// goroutine, so that the bytes do not depend on the number of processors.
var zstdCodec = &zstd.Codec{Level: zstd.SpeedDefault, Concurrency: 1}

// codecOf returns the compression of a leaf: embedded images are compressed
// already.
func codecOf(k kind) compress.Codec {
	if k == kindBytes {
		return &parquet.Uncompressed
	}
	return zstdCodec
}
