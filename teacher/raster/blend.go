package raster

import "encoding/binary"

// Two bytes at a time are blended in one 64-bit word, as the low bytes of two
// 32-bit lanes: a weighted sum of bytes has at most 31 bits.
const (
	lanes     = 0x000000ff000000ff
	lanesHalf = half<<32 | half
)

// maxLaneTaps bounds the rows that blendRows sums in lanes. Below it, weights
// that were each rounded up still cannot carry a sum past 255.
const maxLaneTaps = 1 << 13

// blendRows writes the weighted sum of rows, each as long as dst.
func blendRows(dst []byte, rows [][]byte, weights []uint32) {
	n := len(dst) &^ 7
	if len(rows) > maxLaneTaps {
		n = 0
	}
	if len(rows) == 2 {
		blendTwo(dst[:n], rows[0], rows[1], uint64(weights[0]), uint64(weights[1]))
	} else {
		blendMany(dst[:n], rows, weights)
	}
	for i := n; i < len(dst); i++ {
		sum := uint64(half)
		for k, w := range weights {
			sum += uint64(w) * uint64(rows[k][i])
		}
		dst[i] = toByte(sum)
	}
}

// blendTwo is blendMany for two rows, the case of enlarging.
func blendTwo(dst, a, b []byte, wa, wb uint64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for ; len(dst) >= 8; dst, a, b = dst[8:], a[8:], b[8:] {
		x, y := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
		s0 := x&lanes*wa + y&lanes*wb + lanesHalf
		s1 := x>>8&lanes*wa + y>>8&lanes*wb + lanesHalf
		s2 := x>>16&lanes*wa + y>>16&lanes*wb + lanesHalf
		s3 := x>>24&lanes*wa + y>>24&lanes*wb + lanesHalf
		binary.LittleEndian.PutUint64(dst, join(s0, s1, s2, s3))
	}
}

// blendMany handles eight bytes of dst at a time; len(dst) is a multiple of 8.
func blendMany(dst []byte, rows [][]byte, weights []uint32) {
	rows = rows[:len(weights)]
	for i := 0; i+8 <= len(dst); i += 8 {
		var s0, s1, s2, s3 uint64 = lanesHalf, lanesHalf, lanesHalf, lanesHalf
		for k, w := range weights {
			x, w := binary.LittleEndian.Uint64(rows[k][i:]), uint64(w)
			s0 += x & lanes * w
			s1 += x >> 8 & lanes * w
			s2 += x >> 16 & lanes * w
			s3 += x >> 24 & lanes * w
		}
		binary.LittleEndian.PutUint64(dst[i:], join(s0, s1, s2, s3))
	}
}

// join takes the bytes out of eight sums in lanes.
func join(s0, s1, s2, s3 uint64) uint64 {
	return s0>>fixedBits&lanes | s1>>fixedBits&lanes<<8 | s2>>fixedBits&lanes<<16 | s3>>fixedBits&lanes<<24
}

// pair is an output position that blends at most two input positions.
type pair struct {
	a, b   int32 // byte offsets of the two pixels
	wa, wb uint32
}

// blendPairs writes the weighted sum of two pixels for every output position.
func blendPairs(dst, src []byte, pairs []pair) {
	for i := range pairs {
		p := &pairs[i]
		a, b, wa, wb := src[p.a:][:3], src[p.b:][:3], p.wa, p.wb
		d := dst[:3]
		d[0] = byte((uint32(a[0])*wa + uint32(b[0])*wb + half) >> fixedBits)
		d[1] = byte((uint32(a[1])*wa + uint32(b[1])*wb + half) >> fixedBits)
		d[2] = byte((uint32(a[2])*wa + uint32(b[2])*wb + half) >> fixedBits)
		dst = dst[3:]
	}
}
