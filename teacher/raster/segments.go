package raster

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markerTEM  = 0x01
	markerSOF0 = 0xc0
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerAPP1 = 0xe1
)

// segments walks the marker segments of a JPEG up to its end or to damage, and
// passes over compressed data and, as decoders do, over garbage between segments.
func segments(data []byte) iter.Seq2[byte, []byte] {
	return func(yield func(marker byte, body []byte) bool) {
		for {
			marker, rest := nextMarker(data)
			switch {
			case marker == 0 || marker == markerEOI:
				return
			case marker == markerTEM || marker >= markerRST0 && marker <= markerSOI: // without a body
				data = rest
				continue
			case len(rest) < 2:
				return
			}
			size := int(binary.BigEndian.Uint16(rest))
			if size < 2 || size > len(rest) || !yield(marker, rest[2:size]) {
				return
			}
			data = rest[size:]
		}
	}
}

// nextMarker returns the next marker and what follows it, or zero.
func nextMarker(data []byte) (marker byte, rest []byte) {
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+1 == len(data) {
			return 0, nil
		}
		switch data[at+1] {
		case 0: // a stuffed byte of compressed data
			data = data[at+2:]
		case 0xff: // a fill byte
			data = data[at+1:]
		default:
			return data[at+1], data[at+2:]
		}
	}
}
