package diff

import (
	"context"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/rowset"
)

// plan is what there is to compare.
type plan struct {
	sets   [2]*rowset.Set
	groups [2][]rowset.Group
	total  int64 // rows of both
	images bool  // some are embedded
}

// newPlan reads the footers of all files.
func newPlan(ctx context.Context, a, b *rowset.Set) (*plan, error) {
	p := &plan{sets: [2]*rowset.Set{a, b}}
	for side, set := range p.sets {
		var err error
		if p.groups[side], err = set.Groups(ctx); err != nil {
			return nil, err
		}
		for _, g := range p.groups[side] {
			p.total += g.NumRows
			p.images = p.images || g.Images
		}
	}
	return p, nil
}

// deal reads all rows into the partitions of the stage, and returns what each
// dataset holds.
func (p *plan) deal(ctx context.Context, o Options, s *stage, pr *progress) (held [2]Held, err error) {
	for side := range p.sets {
		queue := make(chan rowset.Group, len(p.groups[side]))
		for _, g := range p.groups[side] {
			queue <- g
		}
		close(queue)
		parts := make([]Held, min(o.Workers, len(p.groups[side])))
		group, ctx := errgroup.WithContext(ctx)
		for i := range parts {
			group.Go(func() error { return dealGroups(ctx, queue, s.sides[side], &parts[i], pr) })
		}
		if err := group.Wait(); err != nil {
			return held, err
		}
		for _, part := range parts {
			held[side].add(part)
		}
	}
	return held, nil
}

// dealGroups deals the rows of the groups that it gets.
func dealGroups(ctx context.Context, queue <-chan rowset.Group, to *spool, held *Held, pr *progress) error {
	var record []byte
	for g := range queue {
		at := g.First
		for row, err := range g.Rows(ctx, comparedColumns) {
			if err != nil {
				return err
			}
			record = appendRecord(record[:0], row, at)
			if err := to.add(hashText(row.ImageSHA256, row.Caption), record); err != nil {
				return err
			}
			held.add(heldBy(row))
			at.Row++
		}
		pr.step(g.NumRows)
	}
	return nil
}

// hashText is the hash of some texts, the same in every process.
func hashText(texts ...string) uint64 {
	var h xxhash.Digest
	h.Reset()
	for _, text := range texts {
		_, _ = h.WriteString(text)
	}
	return h.Sum64()
}

// progress counts a row as half done when it is read and as done when it is joined.
type progress struct {
	halves  atomic.Int64
	total   int64
	observe func(done, total int64)
}

// step counts rows that are read, or joined.
func (p *progress) step(rows int64) {
	if halves := p.halves.Add(rows); p.observe != nil {
		p.observe(halves/2, p.total)
	}
}
