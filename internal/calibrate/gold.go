package calibrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/internal/sampling"
	"github.com/groundmill/groundmill/schema"
)

// MinIoU is the overlap with a gold box from which on a box is right.
const MinIoU = 0.5

// ErrNoMatch is returned when no row of the data has gold.
var ErrNoMatch = errors.New("no row has gold: images are joined by image_sha256 and caption")

// goldRow is what is true of one caption of one image.
type goldRow struct {
	phrases map[schema.Span]goldPhrase
	used    bool // a row of the data was compared with it
}

// goldPhrase is what is true of one phrase.
type goldPhrase struct {
	flags []string
	boxes []schema.ScoredBox
}

// FromGold judges the boxes of a set that the rules keep by gold boxes, which it
// holds in memory: about 300 bytes a row. A phrase of the data whose span the gold
// does not have is left out, for nobody knows what is true of it; a gold phrase
// that the data does not have counts as not found. Of gold without a row nothing
// counts.
func FromGold(ctx context.Context, set, gold *rowset.Set, rules filter.Config) (*Judged, error) {
	f, err := filter.New(rules)
	if err != nil {
		return nil, err
	}
	truth, err := readGold(ctx, gold)
	if err != nil {
		return nil, err
	}
	m := matcher{gold: truth, rules: f, strata: sampling.NewStrata(sampling.Default())}
	for rows, err := range set.Batches(ctx, schema.AllColumns&^(schema.ImageColumns|schema.MetaColumns|schema.URLColumn)) {
		if err != nil {
			return nil, err
		}
		for i := range rows {
			m.row(&rows[i])
		}
	}
	if len(m.design.gold) == 0 {
		return nil, ErrNoMatch
	}
	j := &Judged{Rules: rules, boxes: m.boxes, design: m.design, recall: "gold boxes", Notes: m.notes(), Origin: map[string]string{}}
	j.Rules.Evidence = nil
	if j.Origin["gold_sha256"], err = gold.Content(ctx); err != nil {
		return nil, err
	}
	if set.Digest != "" {
		j.Origin["source_sha256"] = set.Digest
	}
	return j, nil
}

// goldKey names a caption of an image.
func goldKey(row *schema.Row) string { return row.ImageSHA256 + "\x00" + row.Caption }

func readGold(ctx context.Context, set *rowset.Set) (map[string]*goldRow, error) {
	truth := map[string]*goldRow{}
	const columns = schema.DigestColumn | schema.CaptionColumn | schema.TextColumns | schema.BoxColumns
	for rows, err := range set.Batches(ctx, columns) {
		if err != nil {
			return nil, err
		}
		for i := range rows {
			key := strings.Clone(goldKey(&rows[i]))
			if truth[key] != nil {
				return nil, fmt.Errorf("%s: two rows have the image %s and the caption %.80q; keep one", set.Location, rows[i].ImageSHA256, rows[i].Caption)
			}
			truth[key] = newGoldRow(&rows[i])
		}
	}
	return truth, nil
}

func newGoldRow(row *schema.Row) *goldRow {
	g := &goldRow{phrases: make(map[schema.Span]goldPhrase, len(row.Phrases))}
	for i := range row.Phrases {
		p := &row.Phrases[i]
		kept := goldPhrase{boxes: slices.Clone(p.Boxes)}
		for _, flag := range p.Flags {
			kept.flags = append(kept.flags, strings.Clone(flag))
		}
		g.phrases[p.Span] = kept
	}
	return g
}

// matcher compares rows with gold.
type matcher struct {
	gold   map[string]*goldRow
	rules  *filter.Filter
	strata sampling.Strata

	design clustered
	boxes  []box

	without, again     int // rows
	unknown, unfounded int // phrases that gold does not have, and their boxes
}

func (m *matcher) row(row *schema.Row) {
	g := m.gold[goldKey(row)]
	switch {
	case g == nil:
		m.without++
		return
	case g.used:
		m.again++
		return
	}
	g.used = true
	m.design.gold = append(m.design.gold, map[string]int{})
	row.Phrases, _ = m.rules.Apply(int(row.Width), int(row.Height), row.Phrases)
	for i := range row.Phrases {
		p := &row.Phrases[i]
		truth, known := g.phrases[p.Span]
		if !known {
			m.unknown++
			m.unfounded += len(p.Boxes)
			continue
		}
		truth.flags = p.Flags
		g.phrases[p.Span] = truth
		m.phrase(row, p, truth.boxes)
	}
	m.count(row, g)
}

// count counts what there is to find in a row. Its phrases have the flags that they
// have in the data, if they are there.
func (m *matcher) count(row *schema.Row, g *goldRow) {
	counts := m.design.gold[len(m.design.gold)-1]
	for _, truth := range g.phrases {
		p := &schema.Phrase{Flags: truth.flags}
		for i := range truth.boxes {
			counts[m.group(row, p, &truth.boxes[i])]++
		}
	}
}

// group returns the group of a box that is true.
func (m *matcher) group(row *schema.Row, p *schema.Phrase, b *schema.ScoredBox) string {
	return sampling.Group(m.strata.Name(row, p, b))
}

// phrase judges the boxes of a phrase, which are by falling score: each takes the
// gold box that it overlaps most of those that no better one has taken. So whether
// a box is right does not depend on a threshold below it.
func (m *matcher) phrase(row *schema.Row, p *schema.Phrase, truths []schema.ScoredBox) {
	taken := make([]bool, len(truths))
	for k := range p.Boxes {
		b := &p.Boxes[k]
		best, at := float32(0), -1
		for i := range truths {
			if iou := b.IoU(truths[i].Box); !taken[i] && iou >= MinIoU && iou > best {
				best, at = iou, i
			}
		}
		judged := box{score: b.Score, right: at >= 0, unit: len(m.design.gold) - 1, stratum: m.strata.Name(row, p, b)}
		if at >= 0 {
			taken[at], judged.found = true, m.group(row, p, &truths[at])
		}
		m.boxes = append(m.boxes, judged)
	}
}

func (m *matcher) notes() (notes []string) {
	missing := 0
	for _, g := range m.gold {
		if !g.used {
			missing++
		}
	}
	note := func(n int, format string, args ...any) {
		if n > 0 {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	note(m.without, "%d rows have no gold and are left out", m.without)
	note(missing, "%d gold rows have no row in the data and are left out", missing)
	note(m.again, "%d rows repeat an image and caption and are left out", m.again)
	note(m.unknown, "%d phrases with %d boxes have a span that gold does not have and are left out", m.unknown, m.unfounded)
	return notes
}
