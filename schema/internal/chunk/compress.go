package chunk

import (
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// compressor compresses pages with Zstandard.
type compressor struct {
	entropy, matches *zstd.Encoder
}

// newCompressor returns encoders of one goroutine each. Literals are always
// entropy-coded: by default the library leaves a block of random digits, whose
// bytes have 4 bits, as it is.
func newCompressor() compressor {
	return compressor{newEncoder(zstd.SpeedFastest), newEncoder(zstd.SpeedDefault)}
}

func newEncoder(level zstd.EncoderLevel) *zstd.Encoder {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(level),
		zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(1<<20), // no page is much longer; by default an encoder keeps 8 MiB
		zstd.WithEncoderCRC(false), // the page has its own
		zstd.WithZeroFrames(true),
		zstd.WithAllLitEntropyCompression(true),
	)
	if err != nil {
		panic(err) // not with these options
	}
	return e
}

// compress appends the compressed bytes of src to dst.
func (c *compressor) compress(how Compression, dst, src []byte) []byte {
	if how == Entropy {
		return c.entropy.EncodeAll(src, dst)
	}
	return c.matches.EncodeAll(src, dst)
}

// codec is the compression's name in the file.
func (c Compression) codec() format.CompressionCodec {
	if c == Stored {
		return format.Uncompressed
	}
	return format.Zstd
}
