package raster

// fixedBits is the precision of Pillow's weights for 8-bit images: 32 bits less 8
// of the sample and 2 spare (Resample.c, PRECISION_BITS).
const fixedBits = 32 - 8 - 2

// half rounds a fixed-point sum to nearest.
const half = 1 << (fixedBits - 1)

// axis holds, for every output position along one axis, the input positions it
// blends and their weights.
type axis struct {
	in, out int
	first   []int    // first input position of an output position
	offset  []int    // weights[offset[i]:offset[i+1]] belong to output position i
	weights []uint32 // fixed point
	most    int      // largest number of weights of one position
	pairs   []pair   // the same if no position has more than two, else empty
}

// set computes the weights of Pillow's BILINEAR filter, a triangle as wide as two
// input pixels when enlarging and two output pixels when shrinking, in float64
// like precompute_coeffs in Resample.c. It does nothing if they are known.
func (a *axis) set(in, out int) {
	if a.in == in && a.out == out {
		return
	}
	a.in, a.out, a.most = in, out, 0
	a.first, a.weights, a.offset = a.first[:0], a.weights[:0], append(a.offset[:0], 0)
	scale := float64(in) / float64(out)
	width := max(scale, 1)
	for i := range out {
		center := (float64(i) + 0.5) * scale
		first := max(int(center-width+0.5), 0)
		last := min(int(center+width+0.5), in)
		a.first = append(a.first, first)
		a.addTriangle(center-float64(first), width, last-first)
		a.offset = append(a.offset, len(a.weights))
		a.most = max(a.most, last-first)
	}
	a.setPairs()
}

// setPairs widens single weights to two, at the right edge with the pixel before.
func (a *axis) setPairs() {
	a.pairs = a.pairs[:0]
	if a.most > 2 || a.in < 2 {
		return
	}
	for i, first := range a.first {
		p := pair{at: 3 * uint32(first)}
		switch w := a.weights[a.offset[i]:a.offset[i+1]]; {
		case len(w) == 2:
			p.wa, p.wb = w[0], w[1]
		case first < a.in-1:
			p.wa = w[0]
		default:
			p.at, p.wb = p.at-3, w[0]
		}
		a.pairs = append(a.pairs, p)
	}
}

// addTriangle appends the weights of n positions; center and width are in input
// pixels, center relative to the first position.
func (a *axis) addTriangle(center, width float64, n int) {
	total := 0.0
	for k := range n {
		total += triangle((float64(k) - center + 0.5) / width)
	}
	for k := range n {
		w := triangle((float64(k)-center+0.5)/width) / total
		a.weights = append(a.weights, uint32(w*(1<<fixedBits)+0.5))
	}
}

func triangle(x float64) float64 { return max(1-max(x, -x), 0) }
