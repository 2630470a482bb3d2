// Package rowset reads the rows of a dataset, whatever form it comes in: the
// output folder of a run, a folder of Parquet files, or a single file, local or in
// a bucket.
//
//	set, err := rowset.Open(ctx, "out/demo", schema.KindRaw)
//	for rows, err := range set.Batches(ctx, schema.AllColumns) { ... }
//
// Files are read in the order of their names, rows in that of the file, a batch at
// a time; Groups lists pieces that can be read side by side. Rows are in the units
// of package schema. Batches takes them as they are; Rows validates each, so that
// spans lie in the caption and boxes in the image whoever wrote the file.
//
// Of a run it also knows the rules that its boxes have passed, from the manifest.
// The folder need not be a finished run; then it knows no rules, and says so.
package rowset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// ErrNoRows is wrapped by the errors of Open when a place has no Parquet files.
var ErrNoRows = errors.New("no *.parquet in it: name the output folder of a run, a folder of its files, or a file")

// Set is a dataset.
type Set struct {
	Location string // as it was given
	Files    []string
	// Kind is that of the files, "" unless the place is the output folder of a run.
	Kind schema.Kind
	// Unfinished says that such a folder has no _SUCCESS.
	Unfinished bool
	// Digest is the hex SHA-256 of the manifest, "" without one.
	Digest string
	// Identity is what the manifest says made the files, nil without one.
	Identity *schema.Identity
	// Rules are what the boxes have passed, as far as the manifest says so. Of raw
	// files that is the floor alone, as MinScore.
	Rules filter.Config
	// Configured are the rules of the run, without a manifest the zero Config.
	Configured filter.Config

	store storage.Store
}

// Open finds the files of a dataset: in the output folder of a run those of the
// first kind that there are any of, else the Parquet files that lie in the folder,
// else the file.
func Open(ctx context.Context, location string, kinds ...schema.Kind) (*Set, error) {
	s := &Set{Location: location}
	folder, name := location, ""
	if strings.HasSuffix(location, ".parquet") {
		folder, name = split(location)
	}
	var err error
	if s.store, err = storage.Open(folder); err != nil {
		return nil, err
	}
	if name != "" {
		s.Files = []string{name}
		_, err := s.store.Stat(ctx, name)
		return s, wrap(location, err)
	}
	if err := s.find(ctx, kinds); err != nil {
		return nil, wrap(location, err)
	}
	return s, wrap(location, s.readEnd(ctx))
}

// In returns the set of some files of a store, of which nothing else is known.
func In(store storage.Store, files ...string) *Set {
	return &Set{Location: store.String(), Files: files, store: store}
}

func split(location string) (folder, name string) {
	if !strings.Contains(location, "://") {
		return filepath.Dir(location), filepath.Base(location)
	}
	return strings.TrimSuffix(location[:strings.LastIndex(location, "/")+1], "/"), path.Base(location)
}

func wrap(location string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", location, err)
}

func (s *Set) find(ctx context.Context, kinds []schema.Kind) error {
	for _, kind := range kinds {
		infos, err := s.store.List(ctx, string(kind)+"/")
		if err != nil {
			return err
		}
		if s.Files = parquets(infos); len(s.Files) > 0 {
			s.Kind = kind
			return nil
		}
	}
	infos, err := s.store.List(ctx, "")
	if err != nil {
		return err
	}
	for _, name := range parquets(infos) {
		if !strings.Contains(name, "/") {
			s.Files = append(s.Files, name)
		}
	}
	if len(s.Files) == 0 {
		return ErrNoRows
	}
	return nil
}

// readEnd looks at what a run writes at its end.
func (s *Set) readEnd(ctx context.Context) error {
	if s.Kind != "" {
		_, err := s.store.Stat(ctx, schema.SuccessName)
		if s.Unfinished = errors.Is(err, fs.ErrNotExist); err != nil && !s.Unfinished {
			return err
		}
	}
	return s.readManifest(ctx)
}

// Note says what of the place is worth telling, "" when nothing is.
func (s *Set) Note() string {
	if s.Unfinished {
		return s.Location + " is of an unfinished run (no " + schema.SuccessName + "): only the rows that are there are evaluated"
	}
	return ""
}

func parquets(infos []storage.Info) (names []string) {
	for _, info := range infos {
		if strings.HasSuffix(info.Name, ".parquet") && !info.Temporary() {
			names = append(names, info.Name)
		}
	}
	return names
}

// readManifest takes the digest and the rules from the manifest, if there is one.
func (s *Set) readManifest(ctx context.Context) error {
	data, err := storage.ReadFile(ctx, s.store, schema.ManifestName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	manifest, err := schema.ParseManifest(data)
	if err != nil {
		return fmt.Errorf("%s: %w", schema.ManifestName, err)
	}
	var config struct {
		Filter filter.Config `yaml:"filter"`
		Output struct {
			RawFloor float64 `yaml:"raw_floor"`
		} `yaml:"output"`
	}
	if err := yaml.Unmarshal([]byte(manifest.Config), &config); err != nil {
		return fmt.Errorf("%s: its configuration: %w", schema.ManifestName, err)
	}
	sum := sha256.Sum256(data)
	s.Digest = hex.EncodeToString(sum[:])
	s.Identity = &manifest.Identity
	s.Configured = config.Filter
	s.Configured.Evidence = nil // it speaks of the run's own threshold
	s.Rules = s.Configured
	if s.Kind == schema.KindRaw {
		s.Rules = filter.Config{MinScore: config.Output.RawFloor}
	}
	return nil
}

// Batches iterates over the rows, some hundreds at a time, with the given columns
// filled, and ends after the first error. A batch is good until the next, but for
// strings, as schema.Group.Batches says.
func (s *Set) Batches(ctx context.Context, columns schema.Columns) iter.Seq2[[]schema.Row, error] {
	return func(yield func([]schema.Row, error) bool) {
		for _, name := range s.Files {
			if goOn := s.file(ctx, name, columns, yield); !goOn {
				return
			}
		}
	}
}

// Rows iterates over the rows, without images, and ends after the first error, which
// names the file, the row in it, from 0, and what is not valid. A row is good until
// the next.
func (s *Set) Rows(ctx context.Context) iter.Seq2[*schema.Row, error] {
	return func(yield func(*schema.Row, error) bool) {
		for _, name := range s.Files {
			visit := s.validated(name, 0, yield)
			if !s.file(ctx, name, schema.AllColumns&^schema.ImageColumns, visit) {
				return
			}
		}
	}
}

// validated returns a visitor of batches that hands on their rows if they are valid.
// first is the number in its file of the first one.
func (s *Set) validated(name string, first int64, yield func(*schema.Row, error) bool) func([]schema.Row, error) bool {
	return func(rows []schema.Row, err error) bool {
		if err != nil {
			return yield(nil, err)
		}
		for i := range rows {
			if err := rows[i].Validate(); err != nil {
				yield(nil, fmt.Errorf("%s: %s: row %d: %w", s.Location, name, first, err))
				return false
			}
			first++
			if !yield(&rows[i], nil) {
				return false
			}
		}
		return true
	}
}

// file yields the batches of one file; goOn is false after an error or when the
// consumer has enough.
func (s *Set) file(ctx context.Context, name string, columns schema.Columns, yield func([]schema.Row, error) bool) (goOn bool) {
	r, closeFile, err := s.open(ctx, name)
	if err != nil {
		yield(nil, err)
		return false
	}
	defer closeFile()
	for _, group := range r.Groups() {
		if !s.group(ctx, name, group, columns, yield) {
			return false
		}
	}
	return true
}

// group yields the batches of one row group, as file does.
func (s *Set) group(ctx context.Context, name string, g *schema.Group, columns schema.Columns, yield func([]schema.Row, error) bool) (goOn bool) {
	for rows, err := range g.Batches(columns) {
		if err := errors.Join(err, ctx.Err()); err != nil {
			yield(nil, fmt.Errorf("%s: %s: %w", s.Location, name, err))
			return false
		}
		if !yield(rows, nil) {
			return false
		}
	}
	return true
}

// open opens a file, which the caller closes.
func (s *Set) open(ctx context.Context, name string) (*schema.Reader, func() error, error) {
	f, err := s.store.Open(ctx, name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %s: %w", s.Location, name, err)
	}
	r, err := schema.NewReader(f, f.Size())
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("%s: %s: %w", s.Location, name, err)
	}
	return r, f.Close, nil
}

// Content returns a digest of the bytes of all files: of a single one its hex
// SHA-256, else that of the lines "DIGEST  NAME" that sha256sum prints of them.
func (s *Set) Content(ctx context.Context) (string, error) {
	lines := sha256.New()
	var last string
	for _, name := range s.Files {
		f, err := s.store.Open(ctx, name)
		if err != nil {
			return "", wrap(s.Location, err)
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("%s: %s: %w", s.Location, name, err)
		}
		last = hex.EncodeToString(h.Sum(nil))
		fmt.Fprintf(lines, "%s  %s\n", last, name)
	}
	if len(s.Files) == 1 {
		return last, nil
	}
	return hex.EncodeToString(lines.Sum(nil)), nil
}
