package diff

import (
	"context"
	"crypto/sha256"

	"github.com/groundmill/groundmill/internal/page"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/schema"
)

// FindPictures looks for the pictures of the rows that the page shows: in the rows
// of A, then of B, where they are embedded, else in the source. What is not there,
// or is no picture that can be decoded, is missing on the page, which says so. A nil
// source is no input at all.
func (r *Report) FindPictures(ctx context.Context, source *picture.Source) error {
	r.searched = r.plan.images || source != nil
	r.pictures = map[string][]byte{}
	for side := range r.plan.sets {
		if err := r.readEmbedded(ctx, side); err != nil {
			return err
		}
	}
	if source != nil {
		source.Find(ctx, r.missing(), func(_ *schema.Row, data []byte) { r.keepPicture(data) })
	}
	return context.Cause(ctx)
}

// shownRecords returns the records of one side that the page shows.
func (r *Report) shownRecords(side int) (all []*record) {
	for _, c := range r.Changes {
		for _, e := range c.Samples {
			if rec := e.pair.side(side); rec != nil {
				all = append(all, rec)
			}
		}
	}
	return all
}

// side returns the row of A or of B, nil when there is none.
func (p pair) side(side int) *record {
	if side == 0 {
		return p.a
	}
	return p.b
}

// readEmbedded reads the pictures that one dataset has in its rows.
func (r *Report) readEmbedded(ctx context.Context, side int) error {
	if !r.plan.images {
		return nil
	}
	var places []rowset.Place
	for _, rec := range r.shownRecords(side) {
		if r.pictures[rec.digest] == nil {
			places = append(places, rec.at())
		}
	}
	return r.plan.sets[side].Images(ctx, places, func(_ rowset.Place, data []byte) { r.keepPicture(data) })
}

// missing returns the rows of both sides whose picture is not there.
func (r *Report) missing() (rows []*schema.Row) {
	for side := range r.plan.sets {
		for _, rec := range r.shownRecords(side) {
			if r.pictures[rec.digest] == nil {
				rows = append(rows, rec.row())
			}
		}
	}
	return rows
}

// keepPicture keeps a picture if it can be decoded.
func (r *Report) keepPicture(data []byte) {
	digest := sha256.Sum256(data)
	if r.pictures[string(digest[:])] != nil {
		return
	}
	if small, err := page.Thumbnail(data); err == nil {
		r.pictures[string(digest[:])] = small
	}
}
