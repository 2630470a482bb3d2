package pipelines

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// readers is how many files of an output folder are read at once: a bucket
// answers each request late, but many.
const readers = 16

// examine looks closer than survey at what counts as done and settles the status
// anew: it reads the manifest of a complete run, else each unit's summary, and
// compares the sizes of the files. It takes the counts of the done units down.
func (o *output) examine(ctx context.Context, f *found) (err error) {
	f.counts = make([]schema.Counts, len(f.units))
	whole := false
	if f.status.State == StateComplete {
		if whole, err = o.examineManifest(ctx, f); err != nil {
			return err
		}
	}
	if !whole {
		if err := o.examineUnits(ctx, f); err != nil {
			return err
		}
	}
	settled := Status{Output: f.status.Output, Units: f.status.Units}
	f.status = settled.settle(f.listing)
	return nil
}

// examineManifest compares the files that the manifest lists with the listing. A
// manifest that cannot be used counts as missing: whole is false then.
func (o *output) examineManifest(ctx context.Context, f *found) (whole bool, err error) {
	data, err := storage.ReadFile(ctx, o.store, schema.ManifestName)
	if err != nil {
		return false, fmt.Errorf("output: %w", err)
	}
	manifest, err := schema.ParseManifest(data)
	if err != nil || len(manifest.Units) != len(f.units) {
		f.manifest = false
		return false, nil
	}
	for _, file := range manifest.Files {
		if _, _, unit, of, ok := schema.ParseFileName(file.Path); ok && of == len(f.units) {
			s := &f.status.Units[unit]
			*s = f.checkSize(*s, file)
		}
	}
	for i := range manifest.Units {
		f.counts[i] = manifest.Units[i].Counts
	}
	f.end = manifest
	return true, nil
}

// checkSize compares a file that a unit lists with the listing.
func (c *listing) checkSize(s UnitStatus, file schema.File) UnitStatus {
	kind, _, unit, _, ok := schema.ParseFileName(file.Path)
	switch {
	case s.State == UnitCorrupt:
		return s
	case !ok || unit != s.Index:
		return s.corrupt("its summary lists %s", file.Path)
	}
	switch size := c.units[unit].size(kind); {
	case size == absent:
		return s.corrupt("%s is missing", file.Path)
	case size != file.Bytes:
		return s.corrupt("%s has %d bytes, its unit wrote %d", file.Path, size, file.Bytes)
	}
	return s
}

// examineUnits reads the summaries of the units that look done.
func (o *output) examineUnits(ctx context.Context, f *found) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for i := range f.status.Units {
		if f.status.Units[i].State != UnitDone {
			continue
		}
		group.Go(func() (err error) {
			f.status.Units[i], f.counts[i], err = o.examineUnit(ctx, f.listing, f.status.Units[i])
			return err
		})
	}
	return group.Wait()
}

// examineUnit reads a unit's summary and compares it with the listing. Where
// run.json is missing, the footers of the unit's files must say that this run
// made them. The error is one of reading, or of files of another run.
func (o *output) examineUnit(ctx context.Context, c *listing, s UnitStatus) (UnitStatus, schema.Counts, error) {
	summary, err := readSummary(ctx, o.store, s.Unit, o.req.Split)
	switch {
	case errors.Is(err, ErrAccounting):
		return s.corrupt("%v", err), schema.Counts{}, nil
	case err != nil:
		return s, schema.Counts{}, err
	}
	for _, file := range summary.Files {
		s = c.checkSize(s, file)
	}
	if s.State == UnitDone && !c.run {
		s, err = o.checkOrigin(ctx, s, summary.Files)
	}
	return s, summary.Counts, err
}

// checkOrigin refuses a unit that another run made, by its files' footers.
func (o *output) checkOrigin(ctx context.Context, s UnitStatus, files []schema.File) (UnitStatus, error) {
	for _, file := range files {
		err := checkFile(ctx, o.store, file, o.record.Metadata())
		switch {
		case err == nil:
		case errors.Is(err, errOtherOrigin):
			return s, fmt.Errorf("output %s has no %s, and another run made %s (%w): choose another folder", o.store, schema.RunName, file.Path, err)
		case ctx.Err() != nil:
			return s, context.Cause(ctx)
		default:
			return s.corrupt("%s: %v", file.Path, err), nil
		}
	}
	return s, nil
}

// readSummary reads the summary of a unit of the plan. The error wraps
// ErrAccounting if there is one that is not whole or not of that unit.
func readSummary(ctx context.Context, store storage.Store, unit Unit, split string) (*schema.UnitSummary, error) {
	name := unit.file(schema.KindUnits, split)
	data, err := storage.ReadFile(ctx, store, name)
	switch {
	case missing(err):
		return nil, fmt.Errorf("%w: unit %d (%s) left no summary: %w", ErrAccounting, unit.Index, unit.Name, err)
	case err != nil:
		return nil, fmt.Errorf("output: %w", err)
	}
	summary, err := schema.ParseUnitSummary(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrAccounting, name, err)
	}
	if summary.Unit != unit.Index || summary.Name != unit.Name || summary.InputBytes != unit.Bytes {
		return nil, fmt.Errorf("%w: %s is about unit %d (%s, %d bytes), the plan has unit %d (%s, %d bytes) there", ErrAccounting, name,
			summary.Unit, summary.Name, summary.InputBytes, unit.Index, unit.Name, unit.Bytes)
	}
	return summary, nil
}

// clear removes what the run is to do again: the marks of its end, then the
// files of corrupt units and of those that the request names, each unit's
// summary first. Notes for starts that died go as well.
func (o *output) clear(ctx context.Context, f *found) error {
	if err := o.removeEnd(ctx, f.listing); err != nil {
		return err
	}
	if err := o.removeOutcomes(ctx, f.listing); err != nil {
		return err
	}
	for _, s := range f.status.Units {
		if s.State != UnitCorrupt && !slices.Contains(f.redo, s.Index) {
			continue
		}
		if err := o.removeUnit(ctx, f.units[s.Index], s.Unit); err != nil {
			return err
		}
	}
	return nil
}

// removeEnd removes _SUCCESS and then the manifest, which hold no more once a
// unit is done again.
func (o *output) removeEnd(ctx context.Context, c *listing) error {
	if c.success {
		if err := o.store.Remove(ctx, schema.SuccessName); err != nil {
			return fmt.Errorf("output: %w", err)
		}
	}
	if err := o.store.Remove(ctx, schema.ManifestName); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}

func (o *output) removeOutcomes(ctx context.Context, c *listing) error {
	for _, name := range c.outcomes {
		if err := o.store.Remove(ctx, name); err != nil {
			return fmt.Errorf("output: %w", err)
		}
	}
	return nil
}

func (o *output) removeUnit(ctx context.Context, files unitFiles, unit Unit) error {
	for _, kind := range slices.Backward(fileKinds[:]) {
		if files.size(kind) == absent {
			continue
		}
		if err := o.store.Remove(ctx, unit.file(kind, o.req.Split)); err != nil {
			return fmt.Errorf("output: %w", err)
		}
	}
	return nil
}

// errOtherOrigin is wrapped by checkFile for a file of another run.
var errOtherOrigin = errors.New("it was made under other conditions")

// checkFile compares a file that a unit's summary lists with what is stored: its
// size, of a Parquet file the rows and the metadata, too. It reads the footer
// only.
func checkFile(ctx context.Context, store storage.Store, file schema.File, want schema.Metadata) error {
	r, err := store.Open(ctx, file.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Size() != file.Bytes {
		return fmt.Errorf("it has %d bytes, its unit wrote %d", r.Size(), file.Bytes)
	}
	if path.Ext(file.Path) != ".parquet" {
		return nil
	}
	rows, err := schema.NewReader(r, r.Size())
	if err != nil {
		return err
	}
	if rows.NumRows() != file.Rows {
		return fmt.Errorf("it has %d rows, its unit wrote %d", rows.NumRows(), file.Rows)
	}
	if got := rows.Metadata(); got != want {
		return fmt.Errorf("%w: %+v, this run has %+v", errOtherOrigin, got, want)
	}
	return nil
}
