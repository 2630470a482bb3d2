package pipelines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Unit is one numbered piece of the input, the unit of work, of publishing and
// of accounting.
type Unit struct {
	Index int    // 0 <= Index < Of
	Of    int    // number of units of the plan
	Name  string // the input as output files name it: relative to the pattern's fixed part, slashes
	Path  string // where the input is, as storage.OpenURL takes it
	Bytes int64  // size of the input

	// History and Reasons say in a retry which records are to be done again: what
	// the files, the oldest first, leave rejected for these reasons.
	History []RejectFile
	Reasons []string
}

// file returns the name of the unit's file of a kind.
func (u *Unit) file(kind schema.Kind, split string) string {
	return schema.FileName(kind, split, u.Index, u.Of)
}

// Plan is the list of inputs, cut into units.
type Plan struct {
	Units []Unit
	// Fingerprint is the hex SHA-256 of the units' names and sizes: inputs that
	// were only moved to another folder keep it.
	Fingerprint string
}

// Bytes returns the size of all inputs.
func (p *Plan) Bytes() int64 {
	var sum int64
	for _, u := range p.Units {
		sum += u.Bytes
	}
	return sum
}

// PlanFiles makes one unit of each file that pattern names, in order of the
// names or of the list: a file, a folder, whose files with the extension ext are
// taken, a glob, or @ and a list of locations, on disk or in a bucket, as
// storage.Glob reads it. No file is opened. Names have to differ, because rows
// tell by them where they come from.
func PlanFiles(ctx context.Context, pattern, ext string) (Plan, error) {
	if pattern == "" {
		return Plan{}, fmt.Errorf("%w: no pattern given", ErrNoInput)
	}
	_, objects, err := storage.Glob(ctx, pattern, ext)
	if errors.Is(err, storage.ErrNoMatch) {
		return Plan{}, fmt.Errorf("%w: %w", ErrNoInput, err)
	}
	if err != nil {
		return Plan{}, fmt.Errorf("input: %w", err)
	}
	plan := Plan{Units: make([]Unit, len(objects))}
	digest := sha256.New()
	seen := make(map[string]bool, len(objects))
	for i, o := range objects {
		if seen[o.Name] {
			return Plan{}, fmt.Errorf("input: two inputs are named %s", o.Name)
		}
		seen[o.Name] = true
		plan.Units[i] = Unit{Index: i, Of: len(objects), Name: o.Name, Path: o.Location, Bytes: o.Size}
		fmt.Fprintf(digest, "%q %d\n", o.Name, o.Size)
	}
	plan.Fingerprint = hex.EncodeToString(digest.Sum(nil))
	return plan, nil
}
