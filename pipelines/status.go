package pipelines

import (
	"context"
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// State says how far the run in an output folder is. Whatever the state, the
// same request continues it.
type State string

// The states of an output folder.
const (
	StateEmpty    State = "empty"    // nothing; a run may begin
	StateMissing  State = "missing"  // a run was begun, none of its units is done
	StatePartial  State = "partial"  // some or all units are done, but there is no _SUCCESS
	StateCorrupt  State = "corrupt"  // units that were done are not whole any more
	StateComplete State = "complete" // all units are done and _SUCCESS says so
)

// UnitState says how far a unit is.
type UnitState string

// The states of a unit.
const (
	UnitMissing UnitState = "missing" // no summary, which is published behind the unit's files
	UnitDone    UnitState = "done"    // the summary and all files that it lists
	UnitCorrupt UnitState = "corrupt" // a summary, but it or a file of the unit is not whole
)

// UnitStatus is a unit of the plan and what the output folder holds of it.
type UnitStatus struct {
	Unit
	State   UnitState
	Problem string // of a corrupt unit
}

func (s UnitStatus) corrupt(format string, args ...any) UnitStatus {
	s.State, s.Problem = UnitCorrupt, fmt.Sprintf(format, args...)
	return s
}

// Status is what an output folder holds of a run.
type Status struct {
	Output string // where
	State  State
	Units  []UnitStatus // of the whole plan, by number

	Done, Missing, Corrupt int // units

	// Temporaries is how many unpublished files there are: of attempts that died
	// or, while a run goes on, of the units it works on. Run removes dead ones.
	Temporaries int
}

// settle counts the units and derives the state.
func (s *Status) settle(c *listing) *Status {
	for _, u := range s.Units {
		switch u.State {
		case UnitDone:
			s.Done++
		case UnitCorrupt:
			s.Corrupt++
		default:
			s.Missing++
		}
	}
	s.Temporaries = c.temporaries + len(c.outcomes)
	s.State = s.stateOf(c)
	return s
}

func (s *Status) stateOf(c *listing) State {
	switch {
	case c.empty():
		return StateEmpty
	case s.Corrupt > 0:
		return StateCorrupt
	case c.success && s.Missing > 0:
		return StateCorrupt
	case c.success && c.manifest && c.run:
		return StateComplete
	case s.Done == 0:
		return StateMissing
	}
	return StatePartial
}

// Inspect says what the output folder of a request holds, by listing it: of a
// unit it looks at names and sizes alone, so that hundreds of thousands take
// seconds. No job is opened: what of its identity is not known without is not
// compared. A folder that the request cannot continue is a *RefusedError.
func Inspect(ctx context.Context, req Request) (*Status, error) {
	store, err := storage.Open(req.Output)
	if err != nil {
		return nil, &RefusedError{err}
	}
	identity, err := identifyJob(ctx, req.Job, req.Spec)
	if err != nil {
		return nil, &RefusedError{err}
	}
	o := output{store: store, req: req, record: req.record(identity, nil)}
	found, err := o.survey(ctx)
	if err != nil {
		return nil, &RefusedError{err}
	}
	return found.status, nil
}

// output is the output folder of a request.
type output struct {
	store  storage.Store
	req    Request
	record schema.RunRecord // that the folder has or is to have
}

// found is what a survey found; examine adds the last two.
type found struct {
	*listing
	status *Status
	redo   []int            // of the request
	counts []schema.Counts  // of the units
	end    *schema.Manifest // of a complete run
}

// keeps reports whether a unit is done and stays.
func (f *found) keeps(s UnitStatus) bool {
	return s.State == UnitDone && !slices.Contains(f.redo, s.Index)
}

// todo returns the units that are to be done.
func (f *found) todo() (units []Unit) {
	for _, s := range f.status.Units {
		if !f.keeps(s) {
			units = append(units, s.Unit)
		}
	}
	return units
}

// kept returns what the units that stay hold.
func (f *found) kept() (sum schema.Counts, bytes int64, units int) {
	for i, s := range f.status.Units {
		if f.keeps(s) {
			sum.Add(f.counts[i])
			bytes += s.Bytes
			units++
		}
	}
	return sum, bytes, units
}

// survey lists the folder and refuses one that the request cannot continue.
func (o *output) survey(ctx context.Context) (*found, error) {
	c, err := list(ctx, o.store, o.req.Split, len(o.req.Plan.Units))
	if err != nil {
		return nil, err
	}
	s := &Status{Output: o.store.String(), Units: make([]UnitStatus, len(c.units))}
	for i, unit := range o.req.Plan.Units {
		s.Units[i] = c.check(unit, o.req.Split, o.req.Kinds)
	}
	s.settle(c)
	if c.run {
		if err := o.compareRecord(ctx, s); err != nil {
			return nil, err
		}
	}
	if len(c.foreign) > 0 && s.State != StateComplete {
		return nil, &ForeignError{Output: o.store.String(), Example: c.foreign[0]}
	}
	return &found{listing: c, status: s, redo: o.req.Redo}, nil
}

// ForeignError says that an output folder holds a file that no run of the
// request writes: the folder is somebody else's.
type ForeignError struct {
	Output  string
	Example string
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("output %s holds files that are not of this run (%s): choose another folder, or remove them first", e.Output, e.Example)
}
