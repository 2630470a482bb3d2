package chunk

import (
	"hash/maphash"
	"math/bits"

	"github.com/parquet-go/parquet-go/hashprobe"
)

// dictionary is a leaf's distinct values and, for every value, its number.
type dictionary struct {
	distinct []byte // in PLAIN encoding
	n        int
	indexes  []int32 // valid until the indexer's next use
}

// A dictionary pays when values repeat: it may hold half as many as there are.
// Whether they will is guessed after the first sample of them, of which up to
// seven eighths may be distinct: texts repeat more the more there are.
const sample = 4096

func tooMany(distinct, seen, all int) bool {
	return distinct > all/2 || seen >= sample && seen < 2*sample && distinct > seen/8*7
}

// probeBlock is how many values are looked up at once.
const probeBlock = 1024

// indexer makes dictionaries. It is scratch memory and not safe for concurrent
// use.
type indexer struct {
	ints    *hashprobe.Int32Table
	reals   *hashprobe.Float32Table
	seed    maphash.Seed
	slots   []slot // of strings
	firsts  []int  // positions of distinct strings
	indexes []int32
}

func newIndexer() *indexer {
	const capacity, load = 1 << 12, 0.75
	return &indexer{
		ints:  hashprobe.NewInt32Table(capacity, load),
		reals: hashprobe.NewFloat32Table(capacity, load),
		seed:  maphash.MakeSeed(),
	}
}

// reserve returns memory for n indexes.
func (x *indexer) reserve(n int) []int32 {
	if cap(x.indexes) < n {
		x.indexes = make([]int32, n)
	}
	return x.indexes[:n]
}

func (x *indexer) int32s(values []int32) *dictionary {
	x.ints.Reset()
	return probe(x.ints.Probe, values, x.reserve(len(values)))
}

func (x *indexer) floats(values []float32) *dictionary {
	x.reals.Reset()
	return probe(x.reals.Probe, values, x.reserve(len(values)))
}

// probe numbers the values with a hash table, which numbers new values from 0.
func probe[T int32 | float32](lookUp func([]T, []int32) int, values []T, indexes []int32) *dictionary {
	var distinct numbers[T]
	for at := 0; at < len(values); at += probeBlock {
		to := min(at+probeBlock, len(values))
		if lookUp(values[at:to], indexes[at:to]) == 0 {
			continue
		}
		for i, index := range indexes[at:to] {
			if int(index) == len(distinct) {
				distinct = append(distinct, values[at+i])
			}
		}
		if tooMany(len(distinct), to, len(values)) {
			return nil
		}
	}
	return &dictionary{distinct.plain(nil, 0, len(distinct)), len(distinct), indexes}
}

// slot is a place in a hash table of strings.
type slot struct {
	hash  uint32
	index int32 // of the distinct string
	first int   // position of its first appearance plus 1, 0 in a free slot
}

// texts numbers strings. The order of the numbers does not depend on the hash,
// whose seed differs from process to process.
func (x *indexer) texts(s *Strings) *dictionary {
	d := &dictionary{indexes: x.reserve(s.Len())}
	x.clearSlots(s.Len())
	x.firsts = x.firsts[:0]
	for i := range d.indexes {
		at := x.find(s, s.at(i))
		if at.first == 0 {
			*at = slot{at.hash, int32(len(x.firsts)), i + 1}
			x.firsts = append(x.firsts, i)
			if tooMany(len(x.firsts), i+1, s.Len()) {
				return nil
			}
		}
		d.indexes[i] = at.index
	}
	for _, first := range x.firsts {
		d.distinct = appendPlain(d.distinct, s.at(first))
	}
	d.n = len(x.firsts)
	return d
}

// clearSlots frees enough slots for the distinct ones of n strings: those of a
// dictionary that pays fill half of them at most.
func (x *indexer) clearSlots(n int) {
	size := 1 << bits.Len(uint(n))
	if cap(x.slots) < size {
		x.slots = make([]slot, size)
		return
	}
	x.slots = x.slots[:size]
	clear(x.slots)
}

// find returns the slot of a string, or a free one for it with its hash.
func (x *indexer) find(s *Strings, value string) *slot {
	hash := uint32(maphash.String(x.seed, value))
	for at := int(hash); ; at++ {
		slot := &x.slots[at&(len(x.slots)-1)]
		if slot.first == 0 {
			slot.hash = hash
			return slot
		}
		if slot.hash == hash && s.at(slot.first-1) == value {
			return slot
		}
	}
}
