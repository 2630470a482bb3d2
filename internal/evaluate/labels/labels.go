package labels

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// ErrNoRows is wrapped by the error of Open for a place without Parquet files.
var ErrNoRows = errors.New("no Parquet files in it: name the output folder of a run, a folder of *.parquet or one such file")

// Source is a set of files of rows.
type Source struct {
	Location   string
	Kind       schema.Kind // "" unless the place is an output folder
	Unfinished bool        // an output folder without _SUCCESS
	store      storage.Store
	files      []string // relative to the store, sorted
}

// Open lists the files at a location. Of an output folder it takes those of the
// first kind that there are any of.
func Open(ctx context.Context, location string, kinds ...schema.Kind) (*Source, error) {
	if strings.HasSuffix(location, ".parquet") {
		return openFile(ctx, location)
	}
	store, err := storage.Open(location)
	if err != nil {
		return nil, err
	}
	s := &Source{Location: location, store: store}
	for _, kind := range kinds {
		if err := s.list(ctx, string(kind)+"/"); err != nil {
			return nil, err
		}
		if len(s.files) > 0 {
			s.Kind = kind
			return s, s.checkFinished(ctx)
		}
	}
	if err := s.list(ctx, ""); err != nil {
		return nil, err
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("%s: %w", location, ErrNoRows)
	}
	return s, nil
}

// openFile opens the store of the folder that one file is in.
func openFile(ctx context.Context, location string) (*Source, error) {
	folder, name := ".", location
	if i := strings.LastIndex(location, "/"); i >= 0 {
		folder, name = location[:i+1], location[i+1:]
	}
	store, err := storage.Open(folder)
	if err != nil {
		return nil, err
	}
	_, err = store.Stat(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file: %w", location, ErrNoRows)
	}
	return &Source{Location: location, store: store, files: []string{name}}, err
}

// list finds the Parquet files right below a prefix.
func (s *Source) list(ctx context.Context, prefix string) error {
	infos, err := s.store.List(ctx, prefix)
	if err != nil {
		return err
	}
	for _, info := range infos {
		rest := strings.TrimPrefix(info.Name, prefix)
		if !info.Temporary() && !strings.Contains(rest, "/") && strings.HasSuffix(rest, ".parquet") {
			s.files = append(s.files, info.Name)
		}
	}
	return nil
}

func (s *Source) checkFinished(ctx context.Context) error {
	_, err := s.store.Stat(ctx, schema.SuccessName)
	if s.Unfinished = errors.Is(err, fs.ErrNotExist); s.Unfinished {
		return nil
	}
	return err
}

// Note says what of the place is worth telling, "" when nothing is.
func (s *Source) Note() string {
	if s.Unfinished {
		return s.Location + " is of an unfinished run (no " + schema.SuccessName + "): only the rows that are there are evaluated"
	}
	return ""
}

// Rows iterates over all rows in the order of file names and ends after the first
// error. A row is the caller's until the next one.
func (s *Source) Rows(ctx context.Context) iter.Seq2[*schema.Row, error] {
	return func(yield func(*schema.Row, error) bool) {
		for _, name := range s.files {
			more, err := s.file(ctx, name, func(row *schema.Row) bool { return yield(row, nil) })
			if err != nil {
				yield(nil, fmt.Errorf("%s: %s: %w", s.Location, name, err))
			}
			if err != nil || !more {
				return
			}
		}
	}
}

// file visits the rows of a file; more is false when the visitor wants no more.
func (s *Source) file(ctx context.Context, name string, visit func(*schema.Row) bool) (more bool, err error) {
	f, err := s.store.Open(ctx, name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	r, err := schema.NewReader(f, f.Size())
	if err != nil {
		return false, err
	}
	n := 0
	for _, group := range r.Groups() {
		for rows, err := range group.Batches(schema.AllColumns &^ schema.ImageColumns) {
			if err := errors.Join(err, ctx.Err()); err != nil {
				return false, err
			}
			for i := range rows {
				if err := rows[i].Validate(); err != nil {
					return false, fmt.Errorf("row %d: %w", n, err)
				}
				n++
				if !visit(&rows[i]) {
					return false, nil
				}
			}
		}
	}
	return true, nil
}
