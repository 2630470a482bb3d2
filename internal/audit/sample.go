package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/schema"
)

// place is where a row stands in the files that are audited.
type place struct {
	File  string // name in the store
	Group int    // row group of the file
	Row   int64  // in the group
}

func (p place) compare(o place) int {
	return cmp.Or(strings.Compare(p.File, o.File), cmp.Compare(p.Group, o.Group), cmp.Compare(p.Row, o.Row))
}

// pick is a sampled row. It is never changed.
type pick struct {
	Hash   uint64
	At     place
	Row    *schema.Row // of one that is not valid, where it is from alone
	Phrase int         // number from 0 that the row is an example of, -1 for none
	Wrong  string      // why the row is not valid, "" for one that is
}

func (p *pick) compare(o *pick) int {
	return cmp.Or(cmp.Compare(p.Hash, o.Hash), p.At.compare(o.At), cmp.Compare(p.Phrase, o.Phrase))
}

// sample keeps the picks with the lowest hashes: a uniform sample of all that were
// offered, whatever their order.
type sample []*pick

// wants says whether a sample of so many would keep a pick of this hash.
func (s sample) wants(capacity int, hash uint64) bool {
	return len(s) < capacity || capacity > 0 && hash <= s[len(s)-1].Hash
}

func (s *sample) add(capacity int, p *pick) {
	i, found := slices.BinarySearchFunc(*s, p, (*pick).compare)
	if found {
		return
	}
	*s = slices.Insert(*s, i, p)
	if len(*s) > capacity {
		*s = (*s)[:capacity]
	}
}

func (s *sample) merge(capacity int, other sample) {
	for _, p := range other {
		s.add(capacity, p)
	}
}

// visit is a row while it is counted. It refers to memory of a batch.
type visit struct {
	row   *schema.Row
	at    place
	hash  uint64 // of the record
	wrong error  // of Validate
	own   *schema.Row
}

// pick offers the row to a sample as an example of a phrase, -1 for none.
func (v *visit) pick(s *sample, capacity int, seed uint64, phrase int) {
	hash := pickHash(v.hash, seed, phrase)
	if s.wants(capacity, hash) {
		s.add(capacity, &pick{hash, v.at, v.copy(), phrase, v.complaint()})
	}
}

// complaint says for people what is wrong with the row.
func (v *visit) complaint() string {
	if v.wrong == nil {
		return ""
	}
	return strings.ToValidUTF8(overlay.Shorten(v.wrong.Error(), 3*longestText), "\uFFFD")
}

// copy returns the row in memory of its own.
func (v *visit) copy() *schema.Row {
	if v.own == nil && v.wrong == nil {
		v.own = clone(v.row)
	} else if v.own == nil {
		v.own = origin(v.row)
	}
	return v.own
}

// origin copies where a row that is not valid is from. The rest may be what no
// file of a Partial can hold, such as a score that is no number.
func origin(r *schema.Row) *schema.Row {
	text := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	return &schema.Row{Key: text(r.Key), Source: schema.Source{Shard: text(r.Source.Shard), Index: r.Source.Index}}
}

// clone copies what is shown of a row.
func clone(r *schema.Row) *schema.Row {
	out := &schema.Row{
		Key: strings.Clone(r.Key), Caption: strings.Clone(r.Caption), Width: r.Width, Height: r.Height,
		ImageSHA256: strings.Clone(r.ImageSHA256), CaptionTruncated: r.CaptionTruncated,
		Source: schema.Source{Shard: strings.Clone(r.Source.Shard), Index: r.Source.Index},
	}
	for _, p := range r.Phrases {
		p.Text = strings.Clone(p.Text)
		p.Boxes = slices.Clone(p.Boxes)
		flags := make([]string, len(p.Flags))
		for i, f := range p.Flags {
			flags[i] = strings.Clone(f)
		}
		p.Flags = flags
		out.Phrases = append(out.Phrases, p)
	}
	return out
}
