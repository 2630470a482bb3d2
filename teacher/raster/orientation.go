package raster

import (
	"bytes"
	"encoding/binary"
)

// The one EXIF tag that is read here, and the type it must have.
const (
	tagOrientation = 0x0112
	typeShort      = 3
)

// orientation returns the EXIF orientation, 1 to 8, of a JPEG, and 1 when the
// data are no JPEG, have no EXIF segment or a damaged one. (A library for EXIF
// is thousands of lines that parse hostile data for this one number.)
func orientation(data []byte) int {
	tiff := exifSegment(data)
	if len(tiff) < 8 {
		return 1
	}
	if string(tiff[:2]) == "MM" {
		return findOrientation(tiff, binary.BigEndian)
	}
	return findOrientation(tiff, binary.LittleEndian)
}

// exifSegment returns the TIFF data of the first APP1 segment with EXIF.
func exifSegment(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("\xff\xd8")) {
		return nil
	}
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(data) { // SOS: pixels follow
			return nil
		}
		body := data[at+4 : at+2+size]
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiff
		}
		at += 2 + size
	}
	return nil
}

// findOrientation looks through the first directory of the TIFF data.
func findOrientation(tiff []byte, order binary.ByteOrder) int {
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for n := order.Uint16(tiff[at:]); n > 0 && len(entries) >= 12; n-- {
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == typeShort {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
