package pipelines

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// record returns what run.json says of a run of the request, which may be a retry.
func (r *Request) record(identity schema.Identity, of *schema.RetryOf) schema.RunRecord {
	identity.Job, identity.RetryOf = r.Job, of
	return schema.RunRecord{
		SchemaVersion: schema.Version,
		Split:         r.Split,
		Units:         len(r.Plan.Units),
		Identity:      identity,
	}
}

// publishRecord writes run.json. Another run's record, which can only have come
// since the survey, is a storage.ErrConflict.
func (o *output) publishRecord(ctx context.Context) error {
	data, err := schema.EncodeJSON(o.record)
	if err != nil {
		return err
	}
	return storage.WriteFile(ctx, o.store, schema.RunName, data)
}

// readRecord reads a folder's run.json.
func readRecord(ctx context.Context, store storage.Store) (*schema.RunRecord, error) {
	data, err := storage.ReadFile(ctx, store, schema.RunName)
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	record, err := schema.ParseRunRecord(data)
	if err != nil {
		return nil, fmt.Errorf("output %s: %s: %w; remove that file, then the units' own footers say what made them", store, schema.RunName, err)
	}
	return record, nil
}

// compareRecord refuses a folder whose run.json is of another run.
func (o *output) compareRecord(ctx context.Context, s *Status) error {
	theirs, err := readRecord(ctx, o.store)
	if err != nil {
		return err
	}
	diffs := differences(theirs, &o.record)
	if len(diffs) == 0 {
		return nil
	}
	for i := range diffs {
		if diffs[i].Aspect == AspectInput {
			diffs[i].Unit = o.firstDifferingUnit(ctx, s, theirs)
		}
	}
	return &MismatchError{Output: o.store.String(), Differences: diffs}
}

// firstDifferingUnit says where the input differs, "" if nothing tells: the
// summaries of done units know the names and sizes of theirs.
func (o *output) firstDifferingUnit(ctx context.Context, s *Status, theirs *schema.RunRecord) string {
	files, err := o.store.List(ctx, string(schema.KindUnits)+"/")
	if err != nil {
		return ""
	}
	for _, f := range files {
		_, split, index, of, ok := schema.ParseFileName(f.Name)
		if !ok || split != theirs.Split || of != theirs.Units {
			continue
		}
		if text := o.differingUnit(ctx, s, f.Name, index); text != "" || ctx.Err() != nil {
			return text
		}
	}
	return ""
}

// differingUnit says how a unit of the plan differs from what the summary of
// that number is about, "" if it does not or nobody knows.
func (o *output) differingUnit(ctx context.Context, s *Status, summaryName string, index int) string {
	data, err := storage.ReadFile(ctx, o.store, summaryName)
	if err != nil {
		return ""
	}
	summary, err := schema.ParseUnitSummary(data)
	if err != nil {
		return ""
	}
	if index >= len(s.Units) {
		return fmt.Sprintf("unit %d was %s and is gone", index, summary.Name)
	}
	return describeUnitChange(s.Units[index].Unit, summary)
}

func describeUnitChange(unit Unit, summary *schema.UnitSummary) string {
	switch {
	case summary.Name != unit.Name:
		return fmt.Sprintf("unit %d was %s and is %s", unit.Index, summary.Name, unit.Name)
	case summary.InputBytes != unit.Bytes:
		return fmt.Sprintf("unit %d (%s) had %d bytes and has %d", unit.Index, unit.Name, summary.InputBytes, unit.Bytes)
	}
	return ""
}

// MismatchError says that an output folder holds a run that the request would
// not continue but mix with another one.
type MismatchError struct {
	Output      string
	Differences []Difference // at least one
}

// Error is a line for each difference and one with the remedy.
func (e *MismatchError) Error() string {
	lines := []string{fmt.Sprintf("output %s holds another run:", e.Output)}
	for _, d := range e.Differences {
		lines = append(lines, "  "+d.String())
	}
	return strings.Join(append(lines, e.Differences[0].Aspect.remedy()), "\n")
}

// WorkerError says that a worker is not what the run was planned for, or not like
// the others: it has another build, model, runtime or device.
type WorkerError struct {
	Differences []Difference // at least one; Old is the run's
}

// Error is one line, since engines show little more of a worker's error.
func (e *WorkerError) Error() string {
	texts := make([]string, len(e.Differences))
	for i, d := range e.Differences {
		texts[i] = fmt.Sprintf("%s differs in %s: the run has %s, this worker %s", d.Aspect, d.Field, d.Old, d.New)
	}
	return "this worker does not fit the run: " + strings.Join(texts, "; ") +
		"; give all workers one image, one model file and one kind of device"
}

// missing reports whether an error says that a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
