package diff

import (
	"cmp"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// alike is the IoU from which boxes that differ in their scores too are rescored
// rather than moved: what another device or another batch makes of the same box.
const alike = 0.95

// link is a matched pair: a box of A and one of B by their numbers.
type link struct {
	a, b int
	iou  float32
	gap  int // between the scores, in 1e-4
}

// matcher matches boxes. It keeps its memory from phrase to phrase.
type matcher struct {
	iou          float32 // at least
	links        []link
	usedA, usedB []bool
}

// match returns the pairs of boxes of a phrase, each box in at most one. They are
// good until the next call.
func (m *matcher) match(a, b []schema.ScoredBox) []link {
	m.links = m.links[:0]
	if slices.Equal(a, b) {
		for i := range a {
			m.links = append(m.links, link{i, i, 1, 0})
		}
		return m.links
	}
	for i := range a {
		for j := range b {
			if iou := overlap(a[i].Box, b[j].Box); iou >= m.iou {
				m.links = append(m.links, link{i, j, iou, abs(steps(a[i].Score) - steps(b[j].Score))})
			}
		}
	}
	slices.SortFunc(m.links, link.compare)
	return m.choose(len(a), len(b))
}

// overlap is the IoU, 1 for equal boxes however small they are.
func overlap(a, b schema.Box) float32 {
	if a == b {
		return 1
	}
	return a.IoU(b)
}

// compare orders links by what is taken first. It is the same for B and A: two links
// that are equal here and not one link have no box in common.
func (l link) compare(o link) int {
	return cmp.Or(cmp.Compare(o.iou, l.iou), cmp.Compare(l.gap, o.gap),
		cmp.Compare(l.a+l.b, o.a+o.b), cmp.Compare(abs(l.a-l.b), abs(o.a-o.b)))
}

// choose keeps the links whose boxes are still free.
func (m *matcher) choose(a, b int) []link {
	m.usedA, m.usedB = cleared(m.usedA, a), cleared(m.usedB, b)
	kept := m.links[:0]
	for _, l := range m.links {
		if !m.usedA[l.a] && !m.usedB[l.b] {
			m.usedA[l.a], m.usedB[l.b] = true, true
			kept = append(kept, l)
		}
	}
	return kept
}

// cleared returns memory for n marks, none of them set.
func cleared(marks []bool, n int) []bool {
	marks = slices.Grow(marks[:0], n)[:n]
	clear(marks)
	return marks
}

func abs(n int) int { return max(n, -n) }

// boxClass is what became of a matched box.
type boxClass int

const (
	boxSame boxClass = iota
	boxRescored
	boxMoved
)

func classOf(a, b schema.ScoredBox, l link) boxClass {
	switch equal := a.Box == b.Box; {
	case equal && l.gap == 0:
		return boxSame
	case l.gap != 0 && (equal || l.iou >= alike):
		return boxRescored
	}
	return boxMoved
}
