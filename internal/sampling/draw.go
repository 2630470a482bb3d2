package sampling

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/internal/stats"
	"github.com/groundmill/groundmill/internal/verdict"
	"github.com/groundmill/groundmill/schema"
)

// ErrNoBoxes is returned for a dataset of which the rules keep no box.
var ErrNoBoxes = errors.New("the rules keep no box of it; sample with looser ones")

// ErrSize is wrapped by errors about a number of boxes that cannot be.
var ErrSize = errors.New("no such sample")

// Stratum is what was drawn from one.
type Stratum struct {
	Name       string  `json:"name"`
	Population int64   `json:"population"` // boxes
	Drawn      int     `json:"drawn"`
	Weight     float64 `json:"weight"` // Population / Drawn
}

// Sample is what Draw returns.
type Sample struct {
	File   *verdict.File `json:"-"`
	Boxes  int64         `json:"boxes"` // in the population
	Drawn  int           `json:"drawn"`
	Strata []Stratum     `json:"strata"`
}

// Draw draws a sample of the boxes of a set that the rules keep; the boxes of the
// set may have passed them before. The rules go into the file's header.
func Draw(ctx context.Context, set *rowset.Set, rules filter.Config, o Options) (*Sample, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	f, err := filter.New(rules)
	if err != nil {
		return nil, err
	}
	d := drawing{set: set, filter: f, options: o, strata: newStrata(o), counts: map[cell]int64{}}
	if err := d.count(ctx); err != nil {
		return nil, err
	}
	if err := d.allocate(); err != nil {
		return nil, err
	}
	if err := d.draw(ctx); err != nil {
		return nil, err
	}
	return d.sample(verdict.New(set.Digest, o.Seed, rules)), nil
}

type drawing struct {
	set     *rowset.Set
	filter  *filter.Filter
	options Options
	strata  strata

	seen   int64 // boxes, in both readings
	boxes  int64 // in the population
	counts map[cell]int64
	cells  []cell // in the order of bands, sizes, kinds, groups
	draws  map[cell]*bottom
}

// each visits every box that the rules keep.
func (d *drawing) each(ctx context.Context, columns schema.Columns, visit func(*schema.Row, *schema.Phrase, *schema.ScoredBox)) error {
	for rows, err := range d.set.Batches(ctx, columns) {
		if err != nil {
			return err
		}
		for i := range rows {
			row := &rows[i]
			row.Phrases, _ = d.filter.Apply(int(row.Width), int(row.Height), row.Phrases)
			for j := range row.Phrases {
				p := &row.Phrases[j]
				for k := range p.Boxes {
					d.seen++
					visit(row, p, &p.Boxes[k])
				}
			}
		}
		if d.options.Progress != nil {
			d.options.Progress(d.seen)
		}
	}
	return nil
}

func (d *drawing) count(ctx context.Context) error {
	const columns = schema.SizeColumns | schema.SourceColumns | schema.FlagsColumn | schema.BoxColumns
	err := d.each(ctx, columns, func(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) {
		d.counts[d.strata.of(row, p, b)]++
	})
	for c, n := range d.counts {
		d.cells, d.boxes = append(d.cells, c), d.boxes+n
	}
	slices.SortFunc(d.cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.band, b.band), cmp.Compare(a.size, b.size), cmp.Compare(a.kind, b.kind), cmp.Compare(a.group, b.group))
	})
	if err == nil && d.boxes == 0 {
		return ErrNoBoxes
	}
	return err
}

// allocate decides how many boxes each stratum gives.
func (d *drawing) allocate() (err error) {
	n := d.options.N
	if n == 0 {
		if n, err = stats.SampleSize(d.options.Expected, d.options.HalfWidth, d.options.Confidence, d.boxes); err != nil {
			return fmt.Errorf("%w: %w", ErrSize, err)
		}
	}
	sizes := make([]stats.Size, len(d.cells))
	for i, c := range d.cells {
		sizes[i] = stats.Size{Population: d.counts[c], Spread: d.strata.spread(c, float64(d.counts[c])/float64(d.boxes))}
	}
	draws, err := stats.Allocate(sizes, n, d.options.Least)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSize, err)
	}
	d.draws = map[cell]*bottom{}
	for i, c := range d.cells {
		d.draws[c] = &bottom{k: draws[i]}
	}
	return nil
}

func (d *drawing) draw(ctx context.Context) error {
	h := newHasher(d.options.Seed)
	columns := schema.AllColumns &^ (schema.ImageColumns | schema.URLColumn | schema.MetaColumns)
	return d.each(ctx, columns, func(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) {
		c := d.strata.of(row, p, b)
		into, hash := d.draws[c], h.sum(row, p, b)
		if into != nil && into.wants(hash) {
			into.add(drawn{hash, judgement(row, p, b)})
		}
	})
}

// judgement copies what the batch may take back.
func judgement(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) verdict.Judgement {
	return verdict.Judgement{
		Key: strings.Clone(row.Key), ImageSHA256: strings.Clone(row.ImageSHA256), Caption: strings.Clone(row.Caption),
		Width: row.Width, Height: row.Height, Shard: strings.Clone(row.Source.Shard), Index: row.Source.Index,
		Start: p.Start, End: p.End, Text: strings.Clone(p.Text),
		Box: &verdict.Corners{b.X1, b.Y1, b.X2, b.Y2}, Score: b.Score,
	}
}

func (d *drawing) sample(file *verdict.File) *Sample {
	s := &Sample{File: file, Boxes: d.boxes}
	var all []drawn
	for _, c := range d.cells {
		items := d.draws[c].items
		st := Stratum{Name: d.strata.name(c), Population: d.counts[c], Drawn: len(items)}
		st.Weight = float64(st.Population) / float64(st.Drawn)
		s.Strata = append(s.Strata, st)
		for i := range items {
			items[i].judgement.Stratum, items[i].judgement.Weight = st.Name, st.Weight
		}
		all = append(all, items...)
	}
	slices.SortFunc(all, func(a, b drawn) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	for i := range all {
		file.Judgements = append(file.Judgements, all[i].judgement)
	}
	s.Drawn = len(all)
	return s
}

// hasher hashes the identity of boxes, keyed by the seed.
type hasher struct {
	seed uint64
	buf  []byte
}

func newHasher(seed uint64) *hasher { return &hasher{seed: seed} }

func (h *hasher) sum(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) [sha256.Size]byte {
	le := binary.LittleEndian
	buf := le.AppendUint64(h.buf[:0], h.seed)
	buf = le.AppendUint64(buf, uint64(len(row.Key)))
	buf = append(append(buf, row.Key...), row.ImageSHA256...)
	buf = le.AppendUint64(buf, uint64(uint32(p.Start))<<32|uint64(uint32(p.End)))
	for _, v := range []float32{b.X1, b.Y1, b.X2, b.Y2} {
		buf = le.AppendUint32(buf, math.Float32bits(v))
	}
	h.buf = buf
	return sha256.Sum256(buf)
}
