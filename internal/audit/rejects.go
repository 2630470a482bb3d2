package audit

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// rejectPick is a sampled reject.
type rejectPick struct {
	Hash   uint64
	Reject schema.Reject
}

func (a rejectPick) compare(b rejectPick) int {
	return cmp.Or(cmp.Compare(a.Hash, b.Hash), strings.Compare(a.Reject.Key, b.Reject.Key), strings.Compare(a.Reject.Source.Shard, b.Reject.Source.Shard),
		cmp.Compare(a.Reject.Source.Index, b.Reject.Source.Index), strings.Compare(a.Reject.Detail, b.Reject.Detail))
}

// readRejects counts the rejects of a file.
func (p *Partial) readRejects(r io.Reader) error {
	for reject, err := range schema.ReadRejects(r) {
		if err != nil {
			return err
		}
		p.addReject(reject)
	}
	return nil
}

func (p *Partial) addReject(r schema.Reject) {
	if p.Counts.Rejects == nil {
		p.Counts.Rejects = map[schema.Reason]int64{}
	}
	p.Counts.Rejects[r.Reason]++
	p.offerReject(rejectPick{rejectHash(&r, p.Seed), r})
}

// offerReject keeps the rejects of each reason that have the lowest hashes.
func (p *Partial) offerReject(pick rejectPick) {
	picks := p.Rejects[pick.Reject.Reason]
	i, _ := slices.BinarySearchFunc(picks, pick, rejectPick.compare)
	picks = slices.Insert(picks, i, pick)
	p.Rejects[pick.Reject.Reason] = picks[:min(len(picks), rejectSamples)]
}

func (p *Partial) mergeRejects(other *Partial) {
	for _, picks := range other.Rejects {
		for _, pick := range picks {
			p.offerReject(pick)
		}
	}
}
