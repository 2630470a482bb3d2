package sampling

import (
	"bytes"
	"container/heap"
	"crypto/sha256"

	"github.com/groundmill/groundmill/internal/verdict"
)

// drawn is a box of the sample with its hash.
type drawn struct {
	hash      [sha256.Size]byte
	judgement verdict.Judgement
}

// bottom keeps the k boxes with the smallest hashes: a heap with the largest on
// top.
type bottom struct {
	k     int
	items []drawn
}

// wants says whether a box of this hash would be kept now.
func (b *bottom) wants(hash [sha256.Size]byte) bool {
	return len(b.items) < b.k || b.k > 0 && bytes.Compare(hash[:], b.items[0].hash[:]) < 0
}

// add adds a box that is wanted.
func (b *bottom) add(d drawn) {
	if len(b.items) < b.k {
		heap.Push(b, d)
		return
	}
	b.items[0] = d
	heap.Fix(b, 0)
}

// The methods of heap.Interface.

func (b *bottom) Len() int { return len(b.items) }
func (b *bottom) Less(i, j int) bool {
	return bytes.Compare(b.items[i].hash[:], b.items[j].hash[:]) > 0
}
func (b *bottom) Swap(i, j int) { b.items[i], b.items[j] = b.items[j], b.items[i] }
func (b *bottom) Push(x any)    { b.items = append(b.items, x.(drawn)) }
func (b *bottom) Pop() any {
	last := b.items[len(b.items)-1]
	b.items = b.items[:len(b.items)-1]
	return last
}
