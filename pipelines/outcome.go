package pipelines

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Outcome is what crosses the stages of the pipeline: how some units have ended.
type Outcome struct {
	Tally  Tally
	Failed []FailedUnit // that were left out, in order of their numbers
}

// Tally is the accounting of some units without their files.
type Tally struct {
	Units, Records, Rows, Rejects int64
}

// FailedUnit is a unit whose input could not be read.
type FailedUnit struct {
	Index int // of the unit
	Error string
}

func addTallies(a, b Tally) Tally {
	return Tally{a.Units + b.Units, a.Records + b.Records, a.Rows + b.Rows, a.Rejects + b.Rejects}
}

func tallyOf(c schema.Counts) Tally {
	return Tally{Units: 1, Records: c.Records, Rows: c.Rows, Rejects: c.RejectTotal()}
}

func addOutcomes(a, b Outcome) Outcome {
	sum := Outcome{Tally: addTallies(a.Tally, b.Tally), Failed: slices.Concat(a.Failed, b.Failed)}
	slices.SortFunc(sum.Failed, func(a, b FailedUnit) int { return cmp.Compare(a.Index, b.Index) })
	return sum
}

// publish leaves the sum in the output folder, where the process that started the
// run looks for it: nothing else comes back to it from workers on other machines.
// In the folder of a finished run nobody looks: the job has outlived its start, and
// another one has ended the run.
func (f *outcomeFn) publish(ctx context.Context, sum Outcome) error {
	whole, err := storage.Open(f.Output)
	if err != nil {
		return err
	}
	store := inFolder(whole, f.Folder)
	if _, err := store.Stat(ctx, schema.SuccessName); err == nil {
		return nil
	}
	data, err := schema.EncodeJSON(sum)
	if err != nil {
		return err
	}
	return storage.WriteFile(ctx, store, schema.OutcomeName(f.Session), data)
}

// takeOutcome reads what workers elsewhere have left for a session and removes it.
// It is nil when there is nothing: the pipeline did not come to its end.
func takeOutcome(ctx context.Context, store storage.Store, session string) (*Outcome, error) {
	name := schema.OutcomeName(session)
	data, err := storage.ReadFile(ctx, store, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("output: %w", err)
	}
	var sum Outcome
	if err := json.Unmarshal(data, &sum); err != nil {
		return nil, fmt.Errorf("output %s: %s: %w", store, name, err)
	}
	if err := store.Remove(ctx, name); err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	return &sum, nil
}
