package soak

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/webdataset"
)

// samples reads a tar of pairs.
func samples(t *testing.T, p Pairs, first, count int) (all []webdataset.Sample, size int) {
	t.Helper()
	var tar bytes.Buffer
	if err := p.WriteTar(&tar, first, count); err != nil {
		t.Fatal(err)
	}
	size = tar.Len()
	for r := webdataset.Open(&tar, "pairs", webdataset.Limits{}); ; {
		s, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, size
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
}

// TestPairsAreTiny keeps the large runs of make bench on the disk: a sample is two
// headers and two blocks of 512 bytes.
func TestPairsAreTiny(t *testing.T) {
	const count = 1000
	_, size := samples(t, Pairs{}, 0, count)
	if size > 2048*count+1024 {
		t.Errorf("%d pairs take %d bytes", count, size)
	}
}

// TestPairsDependOnTheirNumber cuts the same pairs in two ways.
func TestPairsDependOnTheirNumber(t *testing.T) {
	p := Pairs{Seed: 3, Varied: true}
	whole, _ := samples(t, p, 0, 50)
	first, _ := samples(t, p, 0, 20)
	rest, _ := samples(t, p, 20, 30)
	for i := range rest {
		rest[i].Index += 20
	}
	if diff := cmp.Diff(whole, append(first, rest...)); diff != "" {
		t.Errorf("samples (-whole +cut):\n%s", diff)
	}
	other, _ := samples(t, Pairs{Seed: 4, Varied: true}, 0, 50)
	if cmp.Equal(whole, other) {
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
