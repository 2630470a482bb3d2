package raster

import "fmt"

// tables is what the segments of a JPEG have defined so far (ITU-T T.81, annex B).
type tables struct {
	progressive bool
	quantOf     [256]byte // quantization table by component identifier
	quant       [4]bool
	huffman     [2][4]tableState // DC and AC
}

type tableState byte

const (
	undefined tableState = iota
	defined
	bogus
)

// checkTables refuses a JPEG with a scan whose tables are undefined or impossible.
// libjpeg does so too, except that it knows Huffman tables of its own; image/jpeg
// takes a missing quantization table for zeros, which makes a grey picture.
// Segments that are damaged otherwise are left to the decoder.
func checkTables(data []byte) error {
	var t tables
	for marker, body := range segments(data) {
		switch marker {
		case markerSOF0, markerSOF0 + 1, markerSOF2:
			t.frame(body)
			t.progressive = marker == markerSOF2
		case markerDQT:
			t.addQuant(body)
		case markerDHT:
			t.addHuffman(body)
		case markerSOS:
			if err := t.checkScan(body); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tables) frame(body []byte) {
	for body = body[min(6, len(body)):]; len(body) >= 3; body = body[3:] {
		t.quantOf[body[0]] = body[2]
	}
}

func (t *tables) addQuant(body []byte) {
	for len(body) > 0 {
		size := 1 + 64*(1+int(body[0]>>4))
		if body[0]>>4 > 1 || body[0]&15 > 3 || size > len(body) {
			return
		}
		t.quant[body[0]&15] = true
		body = body[size:]
	}
}

func (t *tables) addHuffman(body []byte) {
	for len(body) >= 17 {
		class, slot, counts := body[0]>>4, body[0]&15, body[1:17]
		size := 17
		for _, n := range counts {
			size += int(n)
		}
		if class > 1 || slot > 3 || size > len(body) {
			return
		}
		t.huffman[class][slot] = bogus
		if fits(counts) && (class == 1 || validDC(body[17:size])) {
			t.huffman[class][slot] = defined
		}
		body = body[size:]
	}
}

// fits says whether codes of these lengths, counted from one bit on, leave the
// code of all ones unused, as they must.
func fits(counts []byte) bool {
	code, limit := 0, 1
	for _, n := range counts {
		code, limit = 2*code+int(n), 2*limit
		if code >= limit {
			return false
		}
	}
	return true
}

// validDC says whether the symbols are sizes of DC differences.
func validDC(symbols []byte) bool {
	for _, s := range symbols {
		if s > 15 {
			return false
		}
	}
	return true
}

// checkScan reads the header of a scan.
func (t *tables) checkScan(body []byte) error {
	if len(body) < 6 || len(body) != 4+2*int(body[0]) {
		return nil
	}
	components, parameters := body[1:len(body)-3], body[len(body)-3:]
	for ; len(components) > 0; components = components[2:] {
		id, selected := components[0], components[1]
		if q := t.quantOf[id]; q > 3 || !t.quant[q] {
			return fmt.Errorf("component %d has no quantization table", id)
		}
		if err := t.checkHuffman(selected, parameters[0] == 0, parameters[2]>>4 != 0); err != nil {
			return fmt.Errorf("component %d: %w", id, err)
		}
	}
	return nil
}

// checkHuffman checks the Huffman tables selected for a component. A progressive
// scan uses the one of its band, and none where it refines DC.
func (t *tables) checkHuffman(selected byte, dc, refines bool) error {
	for class, slot := range [2]byte{selected >> 4, selected & 15} {
		if t.progressive && (dc != (class == 0) || dc && refines) {
			continue
		}
		if slot > 3 || t.huffman[class][slot] != defined {
			return fmt.Errorf("%s Huffman table %d is missing or impossible", [2]string{"DC", "AC"}[class], slot)
		}
	}
	return nil
}
