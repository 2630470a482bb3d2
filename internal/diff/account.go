package diff

// accountTable is the classes of rows, phrases or boxes, that add up.
type accountTable struct {
	Title  string
	Lines  []accountLine
	TotalA int64
	TotalB int64
}

// accountLine is a class. A number of -1 is of a class that a dataset cannot have.
type accountLine struct {
	Name string
	A, B int64
}

// accountTables lays out the accounting.
func accountTables(r *Report) []accountTable {
	n := &r.Counts
	return []accountTable{
		{"Boxes", []accountLine{
			both("the same", n.Boxes.Same), both("rescored", n.Boxes.Rescored), both("moved", n.Boxes.Moved),
			{"lost", n.Boxes.Lost, -1}, {"added", -1, n.Boxes.Added},
			{"of phrases only here", n.Boxes.PhrasesOnlyA, n.Boxes.PhrasesOnlyB},
			{"of rows only here", n.Boxes.RowsOnlyA, n.Boxes.RowsOnlyB},
		}, r.A.Boxes, r.B.Boxes},
		{"Phrases", []accountLine{
			both("with a box in both", n.Phrases.Grounded), both("without one in both", n.Phrases.Ungrounded),
			both("grounded now", n.Phrases.GroundedNow), both("ungrounded now", n.Phrases.UngroundedNow),
			{"only here", n.Phrases.OnlyA, n.Phrases.OnlyB},
			{"of rows only here", n.Phrases.RowsOnlyA, n.Phrases.RowsOnlyB},
		}, r.A.Phrases, r.B.Phrases},
		{"Rows", []accountLine{
			both("the same", n.Rows.Same), both("changed", n.Rows.Changed),
			{"only here", n.Rows.OnlyA, n.Rows.OnlyB},
		}, r.A.Rows, r.B.Rows},
	}
}

func both(name string, n int64) accountLine { return accountLine{name, n, n} }
