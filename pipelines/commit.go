package pipelines

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Success is the content of _SUCCESS: what a reader checks before it trusts a
// folder.
type Success struct {
	SchemaVersion int   `json:"schema_version"`
	Files         int   `json:"files"`
	Records       int64 `json:"records"`
	Rows          int64 `json:"rows"`
	Rejects       int64 `json:"rejects"`
}

// ErrAccounting is wrapped by Run when what the units report is not what their
// files hold: a bug or damaged storage. There is no _SUCCESS then.
var ErrAccounting = errors.New("the accounting does not add up")

// publishUnit writes a unit's summary, which marks the unit as done.
func publishUnit(ctx context.Context, store storage.Store, split string, unit Unit, summary schema.UnitSummary) error {
	if err := summary.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrAccounting, err)
	}
	data, err := schema.EncodeJSON(summary)
	if err != nil {
		return err
	}
	return storage.WriteFile(ctx, store, schema.FileName(schema.KindUnits, split, unit.Index, unit.Of), data)
}

// committer ends a run.
type committer struct {
	store storage.Store
	split string
	plan  Plan
}

// commit checks the published units against each other, against the tally that
// came through Beam (nil skips that) and against their files; then it publishes
// manifest.json, and _SUCCESS last. identity is what all units must share.
func (c *committer) commit(ctx context.Context, identity schema.Identity, tally *Tally) (*schema.Manifest, error) {
	manifest, err := c.collect(ctx, identity)
	if err != nil {
		return nil, err
	}
	if sum := sumTally(manifest); tally != nil && *tally != sum {
		return nil, fmt.Errorf("%w: the pipeline reported %+v, the units' summaries say %+v", ErrAccounting, *tally, sum)
	}
	if err := c.checkFiles(ctx, manifest); err != nil {
		return nil, err
	}
	return manifest, c.publish(ctx, manifest)
}

// collect merges the summaries of all units of the plan.
func (c *committer) collect(ctx context.Context, identity schema.Identity) (*schema.Manifest, error) {
	manifest := schema.Manifest{SchemaVersion: schema.Version, Identity: identity}
	summaries := make([]schema.UnitSummary, len(c.plan.Units))
	for i, unit := range c.plan.Units {
		summary, err := c.readUnit(ctx, unit)
		if err != nil {
			return nil, err
		}
		summaries[i] = *summary
	}
	manifest.Merge(summaries...)
	if err := manifest.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAccounting, err)
	}
	return &manifest, nil
}

func (c *committer) readUnit(ctx context.Context, unit Unit) (*schema.UnitSummary, error) {
	name := schema.FileName(schema.KindUnits, c.split, unit.Index, unit.Of)
	data, err := storage.ReadFile(ctx, c.store, name)
	if err != nil {
		return nil, fmt.Errorf("%w: unit %d (%s) left no summary: %w", ErrAccounting, unit.Index, unit.Name, err)
	}
	summary, err := schema.ParseUnitSummary(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrAccounting, name, err)
	}
	if summary.Unit != unit.Index || summary.Name != unit.Name {
		return nil, fmt.Errorf("%w: %s is about unit %d (%s), the plan has unit %d (%s) there", ErrAccounting, name,
			summary.Unit, summary.Name, unit.Index, unit.Name)
	}
	return summary, nil
}

func sumTally(m *schema.Manifest) Tally {
	sum := tallyOf(m.Totals)
	sum.Units = int64(len(m.Units))
	return sum
}

// checkFiles compares the files that the manifest lists with what is stored:
// names and sizes of all, rows and metadata of the Parquet files. It reads
// footers only.
func (c *committer) checkFiles(ctx context.Context, manifest *schema.Manifest) error {
	for _, file := range manifest.Files {
		if err := checkFile(ctx, c.store, file, manifest.Metadata()); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrAccounting, file.Path, err)
		}
	}
	return c.checkNothingElse(ctx, manifest)
}

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
		return fmt.Errorf("it was made under other conditions: %+v, this run has %+v", got, want)
	}
	return nil
}

// checkNothingElse refuses published files that are neither a unit's summary nor
// listed in one.
func (c *committer) checkNothingElse(ctx context.Context, manifest *schema.Manifest) error {
	listed := map[string]bool{}
	for _, unit := range c.plan.Units {
		listed[schema.FileName(schema.KindUnits, c.split, unit.Index, unit.Of)] = true
	}
	for _, file := range manifest.Files {
		listed[file.Path] = true
	}
	files, err := c.store.List(ctx, "")
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	for _, f := range files {
		if !listed[f.Name] && !f.Temporary() {
			return fmt.Errorf("%w: no unit wrote %s", ErrAccounting, f.Name)
		}
	}
	return nil
}

// publish writes manifest.json, then _SUCCESS.
func (c *committer) publish(ctx context.Context, manifest *schema.Manifest) error {
	data, err := schema.EncodeJSON(manifest)
	if err != nil {
		return err
	}
	if err := storage.WriteFile(ctx, c.store, schema.ManifestName, data); err != nil {
		return err
	}
	success, err := schema.EncodeJSON(Success{
		SchemaVersion: schema.Version,
		Files:         len(manifest.Files),
		Records:       manifest.Totals.Records,
		Rows:          manifest.Totals.Rows,
		Rejects:       manifest.Totals.RejectTotal(),
	})
	if err != nil {
		return err
	}
	return storage.WriteFile(ctx, c.store, schema.SuccessName, success)
}
