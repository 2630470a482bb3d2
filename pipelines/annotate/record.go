package annotate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// record is an image with one of its captions on its way to a row or a reject.
type record struct {
	position int64 // among the records of the unit; rows and rejects leave in this order
	offset   int64 // bytes of the tar that were read when the sample was complete
	caption  int   // number among the captions of its sample
	last     bool  // of its sample

	row      schema.Row // phrases without boxes until the teacher has answered
	prepared teacher.Prepared
	reject   *schema.Reject // set when the record becomes no row
}

// Shape groups records into batches.
func (r *record) Shape() teacher.Shape { return r.prepared.Shape() }

// rejectFor makes the record a reject. It releases what the teacher prepared.
func (r *record) rejectFor(why *rejection) {
	r.release()
	r.reject = &schema.Reject{Key: r.row.Key, Source: r.row.Source, Reason: why.reason, Detail: why.detail}
	r.row = schema.Row{}
}

// release hands what the teacher prepared back to it.
func (r *record) release() {
	if r.prepared != nil {
		r.prepared.Release()
		r.prepared = nil
	}
}

// group is a sample on its way: a record for each caption of its image.
type group struct {
	key     string    // of the sample, in UTF-8
	records []*record // at least one, unless there is an err
	err     error     // set when the run cannot go on
}

// newGroup makes the records of a sample; one that no captions are known of is
// one record.
func newGroup(shard, key string, index, offset int64, captions int) *group {
	g := &group{key: strings.ToValidUTF8(key, "\uFFFD"), records: make([]*record, max(captions, 1))}
	for i := range g.records {
		r := &record{offset: offset, caption: i, last: i == len(g.records)-1}
		r.row.Key = recordKey(g.key, i, len(g.records))
		r.row.Source = schema.Source{Shard: shard, Index: index}
		g.records[i] = r
	}
	return g
}

// keep drops the records that have none of the keys; nil keeps all. A sample that
// was one reject, or is one by now, stays whole. It reports whether any is left.
func (g *group) keep(keys []string) bool {
	if keys == nil || len(g.records) == 1 || slices.Contains(keys, g.key) {
		return true
	}
	g.records = slices.DeleteFunc(g.records, func(r *record) bool { return !slices.Contains(keys, r.row.Key) })
	if len(g.records) == 0 {
		return false
	}
	g.records[len(g.records)-1].last = true
	return true
}

// recordKey is the key of a sample's record number i of n.
func recordKey(key string, i, n int) string {
	if n == 1 {
		return key
	}
	return fmt.Sprintf("%s#%d", key, i)
}

// lostGroup is the reject of the sample that a tar's damage cut through.
func lostGroup(shard string, d *webdataset.TruncatedError) *group {
	g := newGroup(shard, d.LostKey, d.LostIndex, d.Offset, 1)
	g.settle(rejectf(schema.ReasonTruncatedRecord, "the tar is truncated or corrupt at byte %d: %v", d.Offset, d.Err))
	return g
}

// open returns the records that are no rejects.
func (g *group) open() []*record {
	var open []*record
	for _, r := range g.records {
		if r.reject == nil {
			open = append(open, r)
		}
	}
	return open
}

// settle ends the preparation: a *rejection concerns all records that have none
// of their own, another error the run.
func (g *group) settle(err error) {
	var why *rejection
	switch {
	case errors.As(err, &why):
		for _, r := range g.open() {
			r.rejectFor(why)
		}
	case err != nil:
		g.err = fmt.Errorf("sample %q: %w", g.key, err)
	}
}
