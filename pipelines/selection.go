package pipelines

import (
	"context"
	"fmt"
	"slices"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Selection is the records of a unit that a retry is about: their keys by the
// position of their sample in the input.
type Selection map[int64][]string

// RejectFile is a rejects file of an earlier run over a unit's input. It crosses
// Beam, so its reasons are plain strings.
type RejectFile struct {
	Name string // below Request.Output
	// Done are the reasons whose rejects that run did again: what files before it
	// say of them is out of date.
	Done []string
}

// readSelection reads what the history of a unit leaves rejected for its reasons.
func readSelection(ctx context.Context, location string, unit Unit) (Selection, error) {
	store, err := storage.Open(location)
	if err != nil {
		return nil, err
	}
	var open []schema.Reject
	for _, file := range unit.History {
		open = slices.DeleteFunc(open, func(r schema.Reject) bool { return slices.Contains(file.Done, string(r.Reason)) })
		if open, err = appendRejects(ctx, open, store, file.Name); err != nil {
			return nil, err
		}
	}
	selection := Selection{}
	for _, r := range open {
		if slices.Contains(unit.Reasons, string(r.Reason)) {
			selection[r.Source.Index] = append(selection[r.Source.Index], r.Key)
		}
	}
	return selection, nil
}

// appendRejects reads a rejects file; no name stands for a run that did not have
// the unit.
func appendRejects(ctx context.Context, to []schema.Reject, store storage.Store, name string) ([]schema.Reject, error) {
	if name == "" {
		return to, nil
	}
	r, err := store.Open(ctx, name)
	if err != nil {
		return to, err
	}
	defer r.Close()
	for reject, err := range schema.ReadRejects(r) {
		if err != nil {
			return to, fmt.Errorf("%s: %w", name, err)
		}
		to = append(to, reject)
	}
	return to, nil
}
