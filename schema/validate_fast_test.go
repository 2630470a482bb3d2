package schema

import (
	"math"
	"testing"
)

// around calls f with v and with the numbers next to it.
func around(v float32, f func(float32)) {
	f(math.Nextafter32(v, -1))
	f(v)
	f(math.Nextafter32(v, math.MaxFloat32))
}

// TestIsScore compares isScore with QuantizeScore for all stored scores, for the
// numbers next to them and for those half-way between.
func TestIsScore(t *testing.T) {
	for n := range 20_001 {
		around(float32(float64(n)/2e4), func(s float32) {
			if s < 0 || s > 1 {
				return
			}
			if want := QuantizeScore(s) == s; isScore(s) != want {
				t.Errorf("isScore(%v) is %v", s, !want)
			}
		})
	}
}

// TestIsPixel compares isPixel with QuantizePixel in the same way.
func TestIsPixel(t *testing.T) {
	for _, from := range []int{0, 1 << 16, 1 << 22, 1 << 23} {
		for n := range 3000 {
			around(float32(float64(from+n)/128), func(v float32) {
				if want := QuantizePixel(v) == v; isPixel(v) != want {
					t.Errorf("isPixel(%v) is %v", v, !want)
				}
			})
		}
	}
}
