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
	for marker, body := range segments(data) {
		if marker == markerSOS { // pixels follow
			return nil
		}
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == markerAPP1 {
			return tiff
		}
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
