package rowset

import (
	"context"
	"fmt"
	"iter"

	"github.com/groundmill/groundmill/schema"
)

// Place is where a row stands in a Set.
type Place struct {
	File  int   // number in Set.Files, from 0
	Group int   // row group of the file, from 0
	Row   int64 // in the group, from 0
}

// Group is a row group of a Set.
type Group struct {
	First   Place // of its rows
	NumRows int64
	Images  bool // its file embeds images
	set     *Set
	before  int64 // rows of the file before it
}

// Groups lists the row groups in the order of the rows. It reads all footers.
func (s *Set) Groups(ctx context.Context) (groups []Group, err error) {
	for i, name := range s.Files {
		r, closeFile, err := s.open(ctx, name)
		if err != nil {
			return nil, err
		}
		before := int64(0)
		for j, g := range r.Groups() {
			groups = append(groups, Group{First: Place{File: i, Group: j}, NumRows: g.NumRows(), Images: r.HasImages(), set: s, before: before})
			before += g.NumRows()
		}
		if err := closeFile(); err != nil {
			return nil, wrap(s.Location, err)
		}
	}
	return groups, nil
}

// Rows iterates over the rows as Set.Rows does, with the given columns filled. Key,
// caption, sizes, digest, source and the texts of phrases must be among them, or no
// row is valid.
func (g Group) Rows(ctx context.Context, columns schema.Columns) iter.Seq2[*schema.Row, error] {
	return func(yield func(*schema.Row, error) bool) {
		name := g.set.Files[g.First.File]
		r, closeFile, err := g.set.open(ctx, name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer closeFile()
		g.set.group(ctx, name, r.Groups()[g.First.Group], columns, g.set.validated(name, g.before, yield))
	}
}

// Images calls found for each place whose row has an image embedded. It reads the
// row groups that hold any of the places, and no other.
func (s *Set) Images(ctx context.Context, places []Place, found func(at Place, data []byte)) error {
	byGroup := map[Place]map[int64]bool{}
	for _, at := range places {
		group := Place{File: at.File, Group: at.Group}
		if byGroup[group] == nil {
			byGroup[group] = map[int64]bool{}
		}
		byGroup[group][at.Row] = true
	}
	for group, rows := range byGroup {
		if err := s.groupImages(ctx, group, rows, found); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) groupImages(ctx context.Context, at Place, wanted map[int64]bool, found func(Place, []byte)) (err error) {
	name := s.Files[at.File]
	r, closeFile, err := s.open(ctx, name)
	if err != nil {
		return err
	}
	defer closeFile()
	groups := r.Groups()
	switch {
	case at.Group >= len(groups):
		return fmt.Errorf("%s: %s: it has %d row groups, no number %d", s.Location, name, len(groups), at.Group)
	case !r.HasImages():
		return nil
	}
	s.group(ctx, name, groups[at.Group], schema.ImageColumns, func(rows []schema.Row, readErr error) bool {
		if err = readErr; err != nil {
			return false
		}
		for i := range rows {
			if image := rows[i].Image; wanted[at.Row] && image != nil {
				found(at, image.Bytes)
			}
			at.Row++
		}
		return true
	})
	return err
}
