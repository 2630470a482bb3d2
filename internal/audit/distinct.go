package audit

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Distinct is a uniform sample of the different texts that it has seen: those with
// the Capacity lowest hashes, each with its exact count. Texts with one hash count
// as one, which among a billion happens with a chance of 3 %. The zero value must
// be given a Capacity.
type Distinct struct {
	Capacity int
	Kept     []*Seen // by rising hash
}

// Seen is a text and how often it was seen.
type Seen struct {
	Hash  uint64
	Text  string
	Count int64
}

// add counts a text, which is copied if it is kept.
func (d *Distinct) add(text string) {
	hash := textHash(text)
	if d.passes(hash) {
		return
	}
	i, found := d.find(hash)
	if found {
		d.Kept[i].see(text, 1)
		return
	}
	d.insert(i, &Seen{hash, strings.Clone(text), 1})
}

func textHash(text string) uint64 { return mix(xxhash.Sum64String(text)) }

// passes says whether a hash is too high to be kept.
func (d *Distinct) passes(hash uint64) bool {
	return len(d.Kept) == d.Capacity && hash > d.Kept[len(d.Kept)-1].Hash
}

func (d *Distinct) find(hash uint64) (int, bool) {
	return slices.BinarySearchFunc(d.Kept, hash, func(s *Seen, h uint64) int { return cmp.Compare(s.Hash, h) })
}

// insert adds a text and forgets the one with the highest hash if there are too
// many. One that is forgotten cannot come back: its hash stays too high.
func (d *Distinct) insert(i int, s *Seen) {
	d.Kept = slices.Insert(d.Kept, i, s)
	if len(d.Kept) > d.Capacity {
		d.Kept = d.Kept[:d.Capacity]
	}
}

// see counts a text with the same hash. Of two, the lesser gives its name.
func (s *Seen) see(text string, n int64) {
	s.Count += n
	if text < s.Text {
		s.Text = strings.Clone(text)
	}
}

// merge adds what other has seen, which it leaves as it is.
func (d *Distinct) merge(other *Distinct) {
	for _, s := range other.Kept {
		if d.passes(s.Hash) {
			return
		}
		if i, found := d.find(s.Hash); found {
			d.Kept[i].see(s.Text, s.Count)
		} else {
			own := *s
			d.insert(i, &own)
		}
	}
}

// exact says whether every text is kept.
func (d *Distinct) exact() bool { return len(d.Kept) < d.Capacity }

// estimate returns how many different texts there were: (k-1)/h for the k-th
// lowest hash h as a share of all hashes.
func (d *Distinct) estimate() int64 {
	if d.exact() {
		return int64(len(d.Kept))
	}
	highest := (float64(d.Kept[len(d.Kept)-1].Hash) + 1) / math.Exp2(64)
	return int64(math.Round(float64(d.Capacity-1) / highest))
}

// relativeError returns the standard error of the estimate as a share of it.
func (d *Distinct) relativeError() float64 {
	if d.exact() {
		return 0
	}
	return 1 / math.Sqrt(float64(d.Capacity-2))
}

// singles returns how many of the texts that are kept were seen once.
func (d *Distinct) singles() (n int64) {
	for _, s := range d.Kept {
		if s.Count == 1 {
			n++
		}
	}
	return n
}

// rarest returns n of the texts that are kept: by rising count, then by hash, so
// that of many with one count a uniform sample comes.
func (d *Distinct) rarest(n int) []*Seen {
	sorted := slices.Clone(d.Kept)
	slices.SortStableFunc(sorted, func(a, b *Seen) int { return cmp.Compare(a.Count, b.Count) })
	return sorted[:min(n, len(sorted))]
}
