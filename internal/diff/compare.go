package diff

// walk visits the phrases of two rows in the order of their spans, those with equal
// spans together; -1 stands for a phrase that is not there.
func walk(a, b []phrase, visit func(i, j int)) {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || i < len(a) && before(a[i], b[j]):
			visit(i, -1)
			i++
		case i == len(a) || before(b[j], a[i]):
			visit(-1, j)
			j++
		default:
			visit(i, j)
			i, j = i+1, j+1
		}
	}
}

// before says whether a phrase comes before another in a row.
func before(a, b phrase) bool {
	return a.Start < b.Start || a.Start == b.Start && a.End < b.End
}

// comparer compares joined rows. It keeps its memory from row to row.
type comparer struct {
	matcher
	a, b phraseList
}

// rows returns the classes of two joined rows and of all that is in them, and counts
// texts and changes where it is given to.
func (c *comparer) rows(a, b *record, texts *tally, changes *changes) Counts {
	var n Counts
	a.phrases(&c.a)
	b.phrases(&c.b)
	walk(c.a.phrases, c.b.phrases, func(i, j int) {
		switch {
		case j < 0:
			n.Phrases.OnlyA++
			n.Boxes.PhrasesOnlyA += int64(len(c.a.of(c.a.phrases[i])))
		case i < 0:
			n.Phrases.OnlyB++
			n.Boxes.PhrasesOnlyB += int64(len(c.b.of(c.b.phrases[j])))
		default:
			boxes := c.phrase(&n.Phrases, c.a.phrases[i], c.b.phrases[j], changes)
			n.Boxes.add(boxes)
			texts.add(c.a.phrases[i], c.b.phrases[j], boxes)
		}
	})
	n.Rows = rowClass(&n)
	n.Rows.OtherKey = one(a.key != b.key)
	aw, ah := a.size()
	bw, bh := b.size()
	n.Rows.OtherSize = one(aw != bw || ah != bh)
	return n
}

// rowClass is the class of joined rows by what is in them.
func rowClass(n *Counts) RowCounts {
	p, x := &n.Phrases, &n.Boxes
	if p.OnlyA+p.OnlyB+x.Rescored+x.Moved+x.Lost+x.Added > 0 {
		return RowCounts{Changed: 1}
	}
	return RowCounts{Same: 1}
}

// phrase counts a joined phrase, and returns the classes of its boxes.
func (c *comparer) phrase(n *PhraseCounts, a, b phrase, changes *changes) (x BoxCounts) {
	switch {
	case a.grounded() && b.grounded():
		n.Grounded++
	case a.grounded():
		n.UngroundedNow++
	case b.grounded():
		n.GroundedNow++
	default:
		n.Ungrounded++
	}
	n.OtherBest += one(a.best != b.best)
	boxesA, boxesB := c.a.of(a), c.b.of(b)
	links := c.match(boxesA, boxesB)
	for _, l := range links {
		class := classOf(boxesA[l.a], boxesB[l.b], l)
		x.count(class)
		if class != boxSame {
			changes.add(steps(boxesB[l.b].Score)-steps(boxesA[l.a].Score), l.iou, class == boxMoved)
		}
	}
	x.Lost, x.Added = int64(len(boxesA)-len(links)), int64(len(boxesB)-len(links))
	return x
}

// count counts a matched box.
func (c *BoxCounts) count(class boxClass) {
	switch class {
	case boxSame:
		c.Same++
	case boxRescored:
		c.Rescored++
	case boxMoved:
		c.Moved++
	}
}

// onlyIn returns the classes of a row, and of all in it, that one dataset alone has.
func onlyIn(side int, held Held) (n Counts) {
	if side == 0 {
		n.Rows.OnlyA, n.Phrases.RowsOnlyA, n.Boxes.RowsOnlyA = held.Rows, held.Phrases, held.Boxes
	} else {
		n.Rows.OnlyB, n.Phrases.RowsOnlyB, n.Boxes.RowsOnlyB = held.Rows, held.Phrases, held.Boxes
	}
	return n
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
