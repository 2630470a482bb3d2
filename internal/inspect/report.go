package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Report is what an output folder holds.
type Report struct {
	Dir      string           `json:"dir"`
	Complete bool             `json:"complete"` // _SUCCESS is there
	Manifest *schema.Manifest `json:"-"`        // nil when the run is not finished

	Files  []string      `json:"files"` // data files, relative to Dir
	Schema string        `json:"schema"`
	Model  schema.Model  `json:"model"`
	Totals schema.Counts `json:"totals"` // of the manifest; without one, of the rows
	Notes  []string      `json:"notes,omitempty"`

	DamagedUnits int `json:"damaged_units"` // whose input could not be read to its end

	Scores  Histogram     `json:"scores"`
	Phrases PhraseCount   `json:"phrases"`
	Sample  []*schema.Row `json:"-"`
}

// Options bounds a report.
type Options struct {
	Rows       int // rows to sample, spread evenly
	TopPhrases int // phrases to list
	Progress   func(done, total int64)
}

// ErrNoData is returned for a folder without data files.
var ErrNoData = errors.New("no data/*.parquet in it: name the output folder of a run")

// Collect reads the data files of dir once.
func Collect(ctx context.Context, dir string, opts Options) (*Report, error) {
	r := &Report{Dir: dir}
	if err := r.readManifest(); err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, string(schema.KindData), "*.parquet"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoData)
	}
	slices.Sort(paths)
	if err := r.readData(ctx, paths, opts); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Report) readManifest() error {
	_, err := os.Stat(filepath.Join(r.Dir, schema.SuccessName))
	r.Complete = err == nil
	data, err := os.ReadFile(filepath.Join(r.Dir, schema.ManifestName))
	if errors.Is(err, fs.ErrNotExist) && !r.Complete {
		return nil
	}
	if err != nil {
		return err
	}
	if r.Manifest, err = schema.ParseManifest(data); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(r.Dir, schema.ManifestName), err)
	}
	r.Model, r.Totals = r.Manifest.Model, r.Manifest.Totals
	r.Notes, r.DamagedUnits = Notes(r.Manifest), r.Manifest.DamagedUnits()
	return nil
}

// Notes returns the notes of all units, each with the unit's name, safe to
// print on a terminal.
func Notes(m *schema.Manifest) (notes []string) {
	for _, u := range m.Units {
		for _, note := range u.Notes {
			notes = append(notes, Printable(u.Name+": "+note))
		}
	}
	return notes
}

func (r *Report) readData(ctx context.Context, paths []string, opts Options) error {
	total, err := countRows(paths)
	if err != nil {
		return err
	}
	c := collector{report: r, phrases: newPhraseCounter(), sample: newSampler(total, opts.Rows)}
	for _, path := range paths {
		rel, err := filepath.Rel(r.Dir, path)
		if err != nil {
			return err
		}
		r.Files = append(r.Files, filepath.ToSlash(rel))
		if err := c.file(ctx, path, func() {
			if opts.Progress != nil {
				opts.Progress(c.rows, total)
			}
		}); err != nil {
			return err
		}
	}
	r.Phrases = c.phrases.top(opts.TopPhrases)
	r.Sample = c.sample.rows
	if r.Manifest == nil {
		r.Totals = c.counts
	}
	return nil
}

// countRows adds up the footers.
func countRows(paths []string) (total int64, err error) {
	for _, path := range paths {
		f, err := schema.OpenFile(path)
		if err != nil {
			return 0, err
		}
		total += f.NumRows()
		if err := f.Close(); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// collector feeds each row to everything that counts.
type collector struct {
	report  *Report
	phrases *phraseCounter
	sample  *sampler
	counts  schema.Counts
	rows    int64
}

func (c *collector) file(ctx context.Context, path string, tick func()) error {
	f, err := schema.OpenFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	c.report.Schema = f.Schema()
	for row, err := range f.Rows() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		c.row(row)
		if c.rows%1024 == 0 {
			tick()
		}
	}
	tick()
	return nil
}

func (c *collector) row(row *schema.Row) {
	c.rows++
	c.counts.Records++
	c.counts.Rows++
	for i := range row.Phrases {
		p := &row.Phrases[i]
		c.phrases.add(p.Text)
		c.counts.Phrases++
		c.counts.Boxes += int64(len(p.Boxes))
		if len(p.Boxes) > 0 {
			c.counts.GroundedPhrases++
		}
		for _, b := range p.Boxes {
			c.report.Scores.add(b.Score)
		}
	}
	c.sample.add(row)
}
