package diff

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// pair is a row of A and its like of B; one of them is nil when there is none.
type pair struct {
	a, b    *record
	ordinal int // among those of the same image and caption, from 0
}

// any returns the row that is there.
func (p pair) any() *record {
	if p.a != nil {
		return p.a
	}
	return p.b
}

// pick is a sampled pair.
type pick struct {
	hash uint64
	pair
}

func (p pick) compare(o pick) int {
	return cmp.Or(cmp.Compare(p.hash, o.hash), p.any().compareJoin(o.any()), cmp.Compare(p.ordinal, o.ordinal))
}

// sample is the pairs of one class: those with the lowest hashes, a uniform sample
// of all that were offered, whatever their order.
type sample struct {
	rows  int64 // offered
	picks []pick
}

// offer offers a pair whose records may refer to memory of a block.
func (s *sample) offer(capacity int, hash uint64, p pair) {
	s.rows++
	if len(s.picks) == capacity && hash > s.picks[capacity-1].hash {
		return
	}
	s.add(capacity, pick{hash, pair{p.a.clone(), p.b.clone(), p.ordinal}})
}

func (s *sample) add(capacity int, p pick) {
	i, _ := slices.BinarySearchFunc(s.picks, p, pick.compare)
	s.picks = slices.Insert(s.picks, i, p)
	if len(s.picks) > capacity {
		s.picks = s.picks[:capacity]
	}
}

func (s *sample) merge(capacity int, o *sample) {
	s.rows += o.rows
	for _, p := range o.picks {
		s.add(capacity, p)
	}
}

// hash is what a pair is drawn by.
func (p pair) hash(seed uint64) uint64 {
	var h xxhash.Digest
	h.ResetWithSeed(seed)
	_, _ = h.WriteString(p.any().digest)
	_, _ = h.WriteString(p.any().caption)
	var ordinal [8]byte
	binary.LittleEndian.PutUint64(ordinal[:], uint64(p.ordinal))
	_, _ = h.Write(ordinal[:])
	return h.Sum64()
}

// clone returns a record in memory of its own; that of nil is nil.
func (r *record) clone() *record {
	if r == nil {
		return nil
	}
	out := &record{}
	if err := out.parse(strings.Clone(r.whole)); err != nil {
		panic(err) // it was parsed before
	}
	return out
}
