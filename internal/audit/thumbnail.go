package audit

import (
	"context"
	"fmt"

	"github.com/groundmill/groundmill/internal/page"
	"github.com/groundmill/groundmill/internal/picture"
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
	byGroup := map[place]map[int64]*schema.Row{}
	for row, at := range shown {
		group := place{File: at.File, Group: at.Group}
		if byGroup[group] == nil {
			byGroup[group] = map[int64]*schema.Row{}
		}
		byGroup[group][at.Row] = row
	}
	for group, rows := range byGroup {
		if err := r.readGroup(ctx, group, rows); err != nil {
			return fmt.Errorf("%s: %w", group.File, err)
		}
	}
	return nil
}

func (r *Report) readGroup(ctx context.Context, at place, wanted map[int64]*schema.Row) error {
	file, closeFile, err := r.folder.open(ctx, at.File)
	if err != nil {
		return err
	}
	defer closeFile()
	if !file.HasImages() {
		return nil
	}
	n := int64(0)
	for rows, err := range file.Groups()[at.Group].Batches(schema.ImageColumns) {
		if err != nil {
			return err
		}
		for i := range rows {
			if row := wanted[n]; row != nil && rows[i].Image != nil {
				r.keepThumbnail(row, rows[i].Image.Bytes)
			}
			n++
		}
	}
	return ctx.Err()
}
