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
		sum := uint32(half)
		for k, w := range weights {
			sum += w * uint32(rows[k][i])
		}
		dst[i] = toByte(sum)
	}
}

// blendTwo is blendMany for two rows, the case of enlarging.
func blendTwo(dst, a, b []byte, wa, wb uint64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := 0; i < len(dst)-7; i += 8 {
		x, y := binary.LittleEndian.Uint64(a[i:i+8:i+8]), binary.LittleEndian.Uint64(b[i:i+8:i+8])
		s0 := x&lanes*wa + y&lanes*wb + lanesHalf
		s1 := x>>8&lanes*wa + y>>8&lanes*wb + lanesHalf
		s2 := x>>16&lanes*wa + y>>16&lanes*wb + lanesHalf
		s3 := x>>24&lanes*wa + y>>24&lanes*wb + lanesHalf
		binary.LittleEndian.PutUint64(dst[i:i+8:i+8], join(s0, s1, s2, s3))
	}
}

// blendMany handles eight bytes of dst at a time; len(dst) is a multiple of 8.
func blendMany(dst []byte, rows [][]byte, weights []uint32) {
	rows = rows[:len(weights)]
	for i := 0; i < len(dst)-7; i += 8 {
		var s0, s1, s2, s3 uint64 = lanesHalf, lanesHalf, lanesHalf, lanesHalf
		for k, w := range weights {
			x, w := binary.LittleEndian.Uint64(rows[k][i:i+8:i+8]), uint64(w)
			s0 += x & lanes * w
			s1 += x >> 8 & lanes * w
			s2 += x >> 16 & lanes * w
			s3 += x >> 24 & lanes * w
		}
		binary.LittleEndian.PutUint64(dst[i:i+8:i+8], join(s0, s1, s2, s3))
	}
}

// join takes the bytes out of eight sums in lanes.
func join(s0, s1, s2, s3 uint64) uint64 {
	return s0>>fixedBits&lanes |
		s1>>(fixedBits-8)&(lanes<<8) |
		s2>>(fixedBits-16)&(lanes<<16) |
		s3<<(24-fixedBits)&(lanes<<24)
}

// pair is an output position that blends at most two input positions.
type pair struct {
	at     uint32 // byte offset of the first of two neighbours
	wa, wb uint32
}

// blendPairs writes the weighted sum of two pixels for every output position.
func blendPairs(dst, src []byte, pairs []pair) {
	for i := range pairs {
		p := pairs[i]
		s, d := (*[6]byte)(src[p.at:]), (*[3]byte)(dst[3*i:])
		d[0] = byte((uint32(s[0])*p.wa + uint32(s[3])*p.wb + half) >> fixedBits)
		d[1] = byte((uint32(s[1])*p.wa + uint32(s[4])*p.wb + half) >> fixedBits)
		d[2] = byte((uint32(s[2])*p.wa + uint32(s[5])*p.wb + half) >> fixedBits)
	}
}

// blendPixels writes the weighted sum of any number of pixels for every output
// position, two at a time.
func blendPixels(dst, src []byte, a *axis) {
	for i, first := range a.first {
		s, weights := src[3*first:], a.weights[a.offset[i]:a.offset[i+1]]
		var r, g, b uint32 = half, half, half
		for ; len(weights) >= 2; s, weights = s[6:], weights[2:] {
			p, w, v := (*[6]byte)(s), weights[0], weights[1]
			r += w*uint32(p[0]) + v*uint32(p[3])
			g += w*uint32(p[1]) + v*uint32(p[4])
			b += w*uint32(p[2]) + v*uint32(p[5])
		}
		if len(weights) == 1 {
			p, w := (*[3]byte)(s), weights[0]
			r, g, b = r+w*uint32(p[0]), g+w*uint32(p[1]), b+w*uint32(p[2])
		}
		d := (*[3]byte)(dst[3*i:])
		d[0], d[1], d[2] = toByte(r), toByte(g), toByte(b)
	}
}

// toByte ends a fixed-point sum. Rounded weights may add up to a little over one,
// but 32 bits hold the sum of up to a million of them.
func toByte(sum uint32) byte { return byte(min(sum>>fixedBits, 255)) }
