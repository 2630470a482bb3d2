package pipelines

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// publishUnit writes a unit's summary, which marks the unit as done.
func publishUnit(ctx context.Context, store storage.Store, split string, unit Unit, summary schema.UnitSummary) error {
	summary.InputBytes = unit.Bytes
	if err := summary.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrAccounting, err)
	}
	data, err := schema.EncodeJSON(summary)
	if err != nil {
		return err
	}
	return storage.WriteFile(ctx, store, unit.file(schema.KindUnits, split), data)
}

// commit checks the published units against each other, those of this run
// against the tally that came through Beam (nil skips that), all against their
// files and the limits; then it publishes manifest.json, and _SUCCESS last.
func (r *run) commit(ctx context.Context, ran []Unit, tally *Tally) (*schema.Manifest, error) {
	summaries, err := r.collect(ctx)
	if err != nil {
		return nil, err
	}
	if sum := sumTally(summaries, ran); tally != nil && *tally != sum {
		return nil, fmt.Errorf("%w: the pipeline reported %+v, the units' summaries say %+v", ErrAccounting, *tally, sum)
	}
	if err := r.opts.Limits.checkAll(summaries, r.req.Split); err != nil {
		return nil, err
	}
	manifest := schema.Manifest{SchemaVersion: schema.Version, Identity: r.record.Identity}
	manifest.Merge(summaries...)
	if err := manifest.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAccounting, err)
	}
	if err := r.checkFiles(ctx, &manifest); err != nil {
		return nil, err
	}
	if err := r.tidyUp(ctx, &manifest); err != nil {
		return nil, err
	}
	return &manifest, r.publish(ctx, &manifest)
}

// tidyUp refuses a folder with files that are not the run's, and removes notes for
// starts that have died, whose jobs may have gone on without them.
func (r *run) tidyUp(ctx context.Context, manifest *schema.Manifest) error {
	c, err := list(ctx, r.store, r.req.Split, len(r.req.Plan.Units))
	if err != nil {
		return err
	}
	if err := r.checkNothingElse(c, manifest); err != nil {
		return err
	}
	return r.removeOutcomes(ctx, c)
}

// collect reads the summaries of all units.
func (r *run) collect(ctx context.Context) ([]schema.UnitSummary, error) {
	summaries := make([]schema.UnitSummary, len(r.req.Plan.Units))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for i, unit := range r.req.Plan.Units {
		group.Go(func() error {
			summary, err := readSummary(ctx, r.store, unit, r.req.Split)
			if err == nil {
				summaries[i] = *summary
			}
			return err
		})
	}
	return summaries, group.Wait()
}

func sumTally(summaries []schema.UnitSummary, ran []Unit) (sum Tally) {
	for _, unit := range ran {
		sum = addTallies(sum, tallyOf(summaries[unit.Index].Counts))
	}
	return sum
}

// checkFiles compares the files that the manifest lists with what is stored:
// names and sizes of all, rows and metadata of the Parquet files. It reads
// footers only.
func (r *run) checkFiles(ctx context.Context, manifest *schema.Manifest) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, file := range manifest.Files {
		group.Go(func() error {
			if err := checkFile(groupCtx, r.store, file, manifest.Metadata()); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrAccounting, file.Path, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// checkNothingElse refuses published files that are neither a unit's summary nor
// listed in one.
func (r *run) checkNothingElse(c *listing, manifest *schema.Manifest) error {
	listed := map[string]bool{}
	for _, file := range manifest.Files {
		listed[file.Path] = true
	}
	for _, unit := range r.req.Plan.Units {
		for i, kind := range fileKinds {
			name := unit.file(kind, r.req.Split)
			if c.units[unit.Index][i] != absent && kind != schema.KindUnits && !listed[name] {
				return fmt.Errorf("%w: no unit wrote %s", ErrAccounting, name)
			}
		}
	}
	if len(c.foreign) > 0 {
		return fmt.Errorf("%w: no unit wrote %s", ErrAccounting, c.foreign[0])
	}
	return nil
}

// publish writes manifest.json, then _SUCCESS.
func (r *run) publish(ctx context.Context, manifest *schema.Manifest) error {
	data, err := schema.EncodeJSON(manifest)
	if err != nil {
		return err
	}
	if err := storage.WriteFile(ctx, r.store, schema.ManifestName, data); err != nil {
		return err
	}
	success, err := schema.EncodeJSON(manifest.Success())
	if err != nil {
		return err
	}
	return storage.WriteFile(ctx, r.store, schema.SuccessName, success)
}
