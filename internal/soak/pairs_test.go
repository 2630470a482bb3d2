package soak

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

func tarOf(t *testing.T, p Pairs, first, count int) []byte {
	t.Helper()
	var tar bytes.Buffer
	if err := p.WriteTar(&tar, first, count); err != nil {
		t.Fatal(err)
	}
	return tar.Bytes()
}

// TestPairsAreTiny keeps the large runs of make bench on the disk: a sample is two
// headers and two blocks of 512 bytes.
func TestPairsAreTiny(t *testing.T) {
	const count = 1000
	if size := len(tarOf(t, Pairs{}, 0, count)); size > 2048*count+1024 {
		t.Errorf("%d pairs take %d bytes", count, size)
	}
}

// TestPairsDependOnTheirNumber cuts the same pairs in two ways.
func TestPairsDependOnTheirNumber(t *testing.T) {
	p := Pairs{Seed: 3, Varied: true}
	const end = 1024 // bytes of zeros
	whole := tarOf(t, p, 0, 50)
	cut := append(bytes.TrimSuffix(tarOf(t, p, 0, 20), make([]byte, end)), tarOf(t, p, 20, 30)...)
	if !bytes.Equal(whole, cut) {
		t.Error("a cut changes the pairs")
	}
	if other := tarOf(t, Pairs{Seed: 4, Varied: true}, 0, 50); bytes.Equal(whole, other) {
		t.Error("another seed gives the same pairs")
	}
}

func TestCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		count, tars := 1+rng.IntN(40), 1+rng.IntN(12)
		sizes := Cut(rng, count, tars)
		sum := 0
		for _, n := range sizes {
			sum += n
		}
		if sum != count || slices.Min(sizes) < 1 || len(sizes) != min(count, tars) {
			t.Errorf("%d samples in %d tars: %v", count, tars, sizes)
		}
	}
}
