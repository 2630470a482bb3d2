package pipelines

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoInput is wrapped by PlanFiles when nothing matches.
var ErrNoInput = errors.New("no input")

// ErrInput is wrapped by a Job's RunUnit when the unit's input could not be
// read: not opened, or not to its end. The unit is then tried again and at last
// left out, and the run goes on with the others. What is wrong inside an input
// that can be read is the job's to reject.
var ErrInput = errors.New("input cannot be read")

// ErrFormat is wrapped together with ErrInput when the input is no file of the
// kind that the job reads: trying again soon is of no use.
var ErrFormat = errors.New("input of another format")

// ErrNothingToRetry is wrapped by Run when no reject has one of the reasons of
// Request.Retry: there is nothing to do.
var ErrNothingToRetry = errors.New("no reject has these reasons")

// ErrAccounting is wrapped by Run when what the units report is not what their
// files hold: a bug or damaged storage. There is no _SUCCESS then.
var ErrAccounting = errors.New("the accounting does not add up")

// RefusedError says that a run was refused before any work: its input, its output
// folder or what its job needs is not as it should be. Nothing was touched.
type RefusedError struct {
	Err error
}

func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// StoppedError says that a run was stopped by Options.Stop: the units that were
// being worked on are finished, no other was begun. The same request continues.
type StoppedError struct {
	Output      string
	Done, Units int // units
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("stopped on request: %d of %d units are in %s; the same command continues", e.Done, e.Units, e.Output)
}

// Quarantined is a unit that was left out because its input could not be read.
type Quarantined struct {
	Unit Unit
	Err  error // of the last attempt
}

// IncompleteError says that a run did what it could, but the inputs of some
// units could not be read. There is no _SUCCESS; the same request tries those
// units again.
type IncompleteError struct {
	Output string
	Units  int           // of the plan
	Failed []Quarantined // by number
	// GaveUp says that so many units in a row failed that the others were not
	// tried.
	GaveUp bool
}

// maxListed is how many failed units an error's text names.
const maxListed = 10

// Error is a line, a line for each of the first units, and one with the remedy.
func (e *IncompleteError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d units could not be read:", len(e.Failed), e.Units)
	for i, q := range e.Failed {
		if i == maxListed {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Failed)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %v", q.Err)
	}
	if e.GaveUp {
		fmt.Fprintf(&b, "\n%d in a row failed, so the rest was not tried", giveUpAfter)
	}
	fmt.Fprintf(&b, "\nthe other units that are done are in %s; mend the inputs, then the same command continues", e.Output)
	return b.String()
}

// Unwrap returns the errors of the units.
func (e *IncompleteError) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, q := range e.Failed {
		errs[i] = q.Err
	}
	return errs
}
