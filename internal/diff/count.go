package diff

import "github.com/groundmill/groundmill/schema"

// Held is what a dataset holds.
type Held struct {
	Rows     int64 `json:"rows"`
	Phrases  int64 `json:"phrases"`
	Grounded int64 `json:"grounded_phrases"` // with a box
	Boxes    int64 `json:"boxes"`
}

func heldBy(row *schema.Row) Held {
	h := Held{Rows: 1, Phrases: int64(len(row.Phrases))}
	for i := range row.Phrases {
		if n := len(row.Phrases[i].Boxes); n > 0 {
			h.Grounded++
			h.Boxes += int64(n)
		}
	}
	return h
}

func (h *Held) add(o Held) {
	h.Rows += o.Rows
	h.Phrases += o.Phrases
	h.Grounded += o.Grounded
	h.Boxes += o.Boxes
}

// RowCounts are the rows by class. Same and Changed are of both datasets.
type RowCounts struct {
	Same    int64 `json:"same"`    // the same phrases with the same boxes
	Changed int64 `json:"changed"` // joined, but not the same
	OnlyA   int64 `json:"only_a"`
	OnlyB   int64 `json:"only_b"`

	OtherKey  int64 `json:"other_key"`  // of the joined, those with another key
	OtherSize int64 `json:"other_size"` // of the joined, those with another width or height
}

// PhraseCounts are the phrases by class. The first four are of both datasets.
type PhraseCounts struct {
	Grounded      int64 `json:"grounded"`       // with a box in both
	Ungrounded    int64 `json:"ungrounded"`     // without one in both
	GroundedNow   int64 `json:"grounded_now"`   // with a box in B alone
	UngroundedNow int64 `json:"ungrounded_now"` // with a box in A alone
	OnlyA         int64 `json:"only_a"`         // of joined rows
	OnlyB         int64 `json:"only_b"`         // of joined rows
	RowsOnlyA     int64 `json:"of_rows_only_a"`
	RowsOnlyB     int64 `json:"of_rows_only_b"`

	OtherBest int64 `json:"other_best_score"` // of the joined, those with another best score
}

// BoxCounts are the boxes by class. The first three are of both datasets.
type BoxCounts struct {
	Same         int64 `json:"same"`
	Rescored     int64 `json:"rescored"`
	Moved        int64 `json:"moved"`
	Lost         int64 `json:"lost"`
	Added        int64 `json:"added"`
	PhrasesOnlyA int64 `json:"of_phrases_only_a"`
	PhrasesOnlyB int64 `json:"of_phrases_only_b"`
	RowsOnlyA    int64 `json:"of_rows_only_a"`
	RowsOnlyB    int64 `json:"of_rows_only_b"`
}

// add adds what happened to the boxes of joined phrases.
func (c *BoxCounts) add(o BoxCounts) {
	c.Same += o.Same
	c.Rescored += o.Rescored
	c.Moved += o.Moved
	c.Lost += o.Lost
	c.Added += o.Added
	c.PhrasesOnlyA += o.PhrasesOnlyA
	c.PhrasesOnlyB += o.PhrasesOnlyB
	c.RowsOnlyA += o.RowsOnlyA
	c.RowsOnlyB += o.RowsOnlyB
}

func (c *RowCounts) add(o RowCounts) {
	c.Same += o.Same
	c.Changed += o.Changed
	c.OnlyA += o.OnlyA
	c.OnlyB += o.OnlyB
	c.OtherKey += o.OtherKey
	c.OtherSize += o.OtherSize
}

func (c *PhraseCounts) add(o PhraseCounts) {
	c.Grounded += o.Grounded
	c.Ungrounded += o.Ungrounded
	c.GroundedNow += o.GroundedNow
	c.UngroundedNow += o.UngroundedNow
	c.OnlyA += o.OnlyA
	c.OnlyB += o.OnlyB
	c.RowsOnlyA += o.RowsOnlyA
	c.RowsOnlyB += o.RowsOnlyB
	c.OtherBest += o.OtherBest
}

// Counts are the rows, phrases and boxes of both datasets by class.
type Counts struct {
	Rows    RowCounts    `json:"rows"`
	Phrases PhraseCounts `json:"phrases"`
	Boxes   BoxCounts    `json:"boxes"`
}

func (c *Counts) add(o *Counts) {
	c.Rows.add(o.Rows)
	c.Phrases.add(o.Phrases)
	c.Boxes.add(o.Boxes)
}

// Joined is how many rows both have.
func (c *Counts) Joined() int64 { return c.Rows.Same + c.Rows.Changed }

// Held returns what the classes say that A and B hold.
func (c *Counts) Held() (a, b Held) {
	r, p, x := &c.Rows, &c.Phrases, &c.Boxes
	rows, phrases, boxes := c.Joined(), p.Grounded+p.Ungrounded+p.GroundedNow+p.UngroundedNow, x.Same+x.Rescored+x.Moved
	a = Held{Rows: rows + r.OnlyA, Phrases: phrases + p.OnlyA + p.RowsOnlyA, Boxes: boxes + x.Lost + x.PhrasesOnlyA + x.RowsOnlyA}
	b = Held{Rows: rows + r.OnlyB, Phrases: phrases + p.OnlyB + p.RowsOnlyB, Boxes: boxes + x.Added + x.PhrasesOnlyB + x.RowsOnlyB}
	return a, b
}
