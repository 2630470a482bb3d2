package chunk

import (
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// Chunk is one encoded leaf of a row group, ready for any place in a file.
type Chunk struct {
	parts           [][]byte
	rows            int
	dictionaryBytes int64                 // of the dictionary page, 0 without one
	meta            format.ColumnMetaData // offsets are not set
	offsetIndex     format.OffsetIndex    // offsets are from the chunk's first byte
	columnIndex     *format.ColumnIndex   // nil when there are no bounds
}

// add appends a page.
func (c *Chunk) add(h *format.PageHeader, coding format.Encoding, header []byte, body [][]byte) {
	c.parts = append(append(c.parts, header), body...)
	c.meta.TotalCompressedSize += int64(len(header)) + int64(h.CompressedPageSize)
	c.meta.TotalUncompressedSize += int64(len(header)) + int64(h.UncompressedPageSize)
	codings := []format.Encoding{coding}
	if h.Type == format.DataPage {
		codings = append(codings, format.RLE) // of the levels
	}
	for _, coding := range codings {
		if !slices.Contains(c.meta.Encoding, coding) {
			c.meta.Encoding = append(c.meta.Encoding, coding)
		}
	}
	for i := range c.meta.EncodingStats {
		if s := &c.meta.EncodingStats[i]; s.PageType == h.Type && s.Encoding == coding {
			s.Count++
			return
		}
	}
	c.meta.EncodingStats = append(c.meta.EncodingStats, format.PageEncodingStats{PageType: h.Type, Encoding: coding, Count: 1})
}

// Bounds returns the least and the greatest value of the chunk as statistics
// store them: a string without its length. ok is false when there are none.
func (c *Chunk) Bounds() (least, greatest []byte, ok bool) {
	s := &c.meta.Statistics
	return s.MinValue, s.MaxValue, s.MinValue != nil && s.MaxValue != nil
}
