package verify

import (
	"cmp"
	"slices"
	"strings"
)

// State says how far a run has come.
type State string

// The states of a run.
const (
	StateComplete   State = "complete"   // _SUCCESS is there
	StateUnfinished State = "unfinished" // a run that goes on, or was stopped
)

// Problem is one thing that is wrong.
type Problem struct {
	Kind  Kind   `json:"kind"`
	Path  string `json:"path"`            // the file, relative to the folder of its run
	Unit  *int   `json:"unit,omitempty"`  // nil where no single unit is concerned
	Row   *int64 `json:"row,omitempty"`   // of a Parquet file, from 0
	Field string `json:"field,omitempty"` // such as "phrases[2].boxes[0]"
	Text  string `json:"text"`
}

// Report is what a check found in the folder of a run.
type Report struct {
	Location string `json:"location"`
	Job      string `json:"job"` // that made the run, "" when it is not known
	State    State  `json:"state"`
	Quick    bool   `json:"quick"` // names, sizes and footers only
	Units    int    `json:"units"` // of the plan, as far as it is known
	Done     int    `json:"done"`  // units with a summary

	// What was read: files of units with all their bytes, rows of the data files
	// and their boxes, and rejects. A quick check counts what footers say and
	// neither boxes nor rejects.
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	Rows    int64 `json:"rows"`
	Boxes   int64 `json:"boxes"`
	Rejects int64 `json:"rejects"`

	Problems []Problem `json:"problems"`
	Omitted  int64     `json:"omitted"` // further problems of units with very many
	Redo     []int     `json:"redo"`    // units to redo, in order
	Retries  []*Report `json:"retries,omitempty"`
}

// OK says that nothing is wrong, in retries neither.
func (r *Report) OK() bool {
	return len(r.Problems) == 0 && !slices.ContainsFunc(r.Retries, func(retry *Report) bool { return !retry.OK() })
}

// finish puts the problems in order, documents of the run before units, and
// derives the units to redo.
func (r *Report) finish() {
	slices.SortFunc(r.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(number(a.Unit), number(b.Unit)), strings.Compare(a.Path, b.Path), cmp.Compare(number(a.Row), number(b.Row)),
			strings.Compare(a.Field, b.Field), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Text, b.Text))
	})
	for _, p := range r.Problems {
		if unit := int(number(p.Unit)); unit >= 0 && unit < r.Units && !p.Kind.spares() {
			r.Redo = append(r.Redo, unit)
		}
	}
	r.Redo = slices.Compact(r.Redo)
}

// number returns the number at p, -1 for none.
func number[T int | int64](p *T) int64 {
	if p == nil {
		return -1
	}
	return int64(*p)
}
