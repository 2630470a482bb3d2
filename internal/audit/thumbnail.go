package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/internal/page"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

// FindPictures looks for the pictures of the rows that the page shows: in the rows
// where they are embedded, else in the source. What is not there, or is no picture
// that can be decoded, is missing on the page, which says so. A nil source is no
// input at all.
func (r *Report) FindPictures(ctx context.Context, source *picture.Source) error {
	r.searched = r.embedded || source != nil
	r.pictures = map[*schema.Row][]byte{}
	shown := r.shown()
	if r.embedded {
		if err := r.readEmbedded(ctx, shown); err != nil {
			return err
		}
	}
	if source == nil {
		source = picture.None()
	}
	var rest []*schema.Row
	for row := range shown {
		if r.pictures[row] == nil {
			rest = append(rest, row)
		}
	}
	source.Find(ctx, rest, r.keepThumbnail)
	return context.Cause(ctx)
}

// shown returns the valid rows of all samples with their places.
func (r *Report) shown() map[*schema.Row]place {
	out := map[*schema.Row]place{}
	take := func(s sample) {
		for _, p := range s {
			out[p.Row] = p.At
		}
	}
	for _, p := range r.Patterns {
		take(p.picks)
	}
	for _, s := range r.Strata {
		take(s.picks)
	}
	return out
}

// keepThumbnail keeps a picture if it can be decoded.
func (r *Report) keepThumbnail(row *schema.Row, data []byte) {
	if small, err := page.Thumbnail(data); err == nil {
		r.pictures[row] = small
	}
}

// readEmbedded reads the pictures of rows that have them, only the row groups that
// hold any.
func (r *Report) readEmbedded(ctx context.Context, shown map[*schema.Row]place) error {
	rows := make(map[rowset.Place]*schema.Row, len(shown))
	for row, at := range shown {
		file, known := slices.BinarySearch(r.folder.data, at.File)
		if !known { // a partial result may say anything
			return fmt.Errorf("%s: a sample is from %s, which is not there", r.folder.store, at.File)
		}
		rows[rowset.Place{File: file, Group: at.Group, Row: at.Row}] = row
	}
	set := rowset.In(r.folder.store, r.folder.data...)
	return set.Images(ctx, slices.Collect(maps.Keys(rows)), func(at rowset.Place, data []byte) { r.keepThumbnail(rows[at], data) })
}
