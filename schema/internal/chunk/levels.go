package chunk

import "bytes"

// Levels are the repetition and definition levels of the leaves of one struct
// (Dremel, Melnik et al. 2010), for the rows of a row group.
type Levels struct {
	maxRep, maxDef byte
	pageRows       int

	rep  []byte // empty when maxRep is 0: every value begins a row
	def  []byte
	rows int
	cuts []int // position of the first level of each page
}

// Init makes l the levels, none yet, of leaves with the given highest levels; a page holds
// at most pageRows rows. The memory is kept.
func (l *Levels) Init(maxRep, maxDef byte, pageRows int) {
	l.maxRep, l.maxDef, l.pageRows = maxRep, maxDef, pageRows
	l.Reset()
}

// Add appends the levels of one value or null. A row begins where rep is 0.
func (l *Levels) Add(rep, def byte) {
	if rep == 0 {
		if l.rows%l.pageRows == 0 {
			l.cuts = append(l.cuts, len(l.def))
		}
		l.rows++
	}
	if l.maxRep > 0 {
		l.rep = append(l.rep, rep)
	}
	l.def = append(l.def, def)
}

// Rows returns the number of rows.
func (l *Levels) Rows() int { return l.rows }

// AddList appends the levels of a list of n values: the first repeats at rep, the
// others at the highest level. An empty list is at definition level empty.
func (l *Levels) AddList(rep, empty byte, n int) {
	if n == 0 {
		l.Add(rep, empty)
		return
	}
	l.Add(rep, l.maxDef)
	for range n - 1 {
		l.rep, l.def = append(l.rep, l.maxRep), append(l.def, l.maxDef)
	}
}

// Reset forgets all levels; the memory is kept.
func (l *Levels) Reset() {
	l.rep, l.def, l.cuts, l.rows = l.rep[:0], l.def[:0], l.cuts[:0], 0
}

// page is a run of rows with their levels and values.
type page struct {
	row           int // first row in the row group
	from, to      int // levels
	first, values int // position of the first value, and how many
}

func (p page) nulls() int { return p.to - p.from - p.values }

// pages cuts the levels into pages.
func (l *Levels) pages() []page {
	pages := make([]page, len(l.cuts))
	first := 0
	for i, from := range l.cuts {
		to := len(l.def)
		if i+1 < len(l.cuts) {
			to = l.cuts[i+1]
		}
		values := bytes.Count(l.def[from:to], []byte{l.maxDef})
		pages[i] = page{row: i * l.pageRows, from: from, to: to, first: first, values: values}
		first += values
	}
	return pages
}

// split cuts a page further where its values exceed limit bytes: at the first
// row that begins beyond it. sizeOf gives the bytes of a value.
func (l *Levels) split(p page, limit int, sizeOf func(value int) int) []page {
	var out []page
	size, value, row := 0, p.first, p.row
	for at := p.from; at < p.to; at++ {
		if l.maxRep == 0 || l.rep[at] == 0 {
			if size >= limit {
				out = append(out, page{row: p.row, from: p.from, to: at, first: p.first, values: value - p.first})
				p.row, p.from, p.first, size = row, at, value, 0
			}
			row++
		}
		if l.def[at] == l.maxDef {
			size += sizeOf(value)
			value++
		}
	}
	p.values = value - p.first
	return append(out, p)
}
