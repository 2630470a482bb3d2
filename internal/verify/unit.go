package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/schema"
)

// fileKinds are the kinds of files that documents list.
var fileKinds = []schema.Kind{schema.KindData, schema.KindRaw, schema.KindRejects, schema.KindAudit}

// maxProblems bounds how many problems of a unit are kept: a unit of a broken
// program may have one in every row.
const maxProblems = 1000

// unitCheck checks the files of one unit, on one goroutine.
type unitCheck struct {
	*folder
	unit     int
	problems []Problem
	omitted  int64

	seen tally
}

// tally is what was read of a unit.
type tally struct {
	files                       int
	bytes, rows, boxes, rejects int64 // rows and boxes are of the data file
}

// ownDigests notes which file should have which content. Empty files are all
// alike.
func (f *folder) ownDigests() {
	for path, claims := range f.claims {
		for _, c := range claims {
			if owner, ok := f.owners[c.SHA256]; c.Bytes > 0 && (!ok || path < owner) {
				f.owners[c.SHA256] = path
			}
		}
	}
}

// checkUnit checks the files of a unit against what the documents say.
func (f *folder) checkUnit(ctx context.Context, unit int) {
	u := &unitCheck{folder: f, unit: unit}
	defer u.end()
	if f.pending(unit) {
		return
	}
	contents := map[schema.Kind]*content{}
	for _, kind := range fileKinds {
		if c := u.file(ctx, f.name(kind, unit)); c != nil {
			defer c.Close()
			contents[kind] = c
		}
	}
	u.read(ctx, contents)
}

// pending says whether the unit is not done yet: its files are an attempt that a
// run repeats.
func (f *folder) pending(unit int) bool {
	_, summarised := f.sizes[f.name(schema.KindUnits, unit)]
	return f.report.State == StateUnfinished && !summarised && f.entry(unit) == nil
}

// end adds what was found to the report.
func (u *unitCheck) end() {
	for _, kind := range fileKinds {
		if _, ok := u.sizes[u.name(kind, u.unit)]; ok {
			u.meter.step()
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	r := u.report
	r.Problems, r.Omitted = append(r.Problems, u.problems...), r.Omitted+u.omitted
	r.Files += u.seen.files
	r.Bytes += u.seen.bytes
	r.Rows += u.seen.rows
	r.Boxes += u.seen.boxes
	r.Rejects += u.seen.rejects
}

// addf records a problem of one of the unit's files.
func (u *unitCheck) addf(kind Kind, path, field, format string, args ...any) {
	u.add(Problem{Kind: kind, Path: path, Field: field, Text: fmt.Sprintf(format, args...)})
}

// add records a problem of the unit.
func (u *unitCheck) add(p Problem) {
	if len(u.problems) == maxProblems {
		u.omitted++
		return
	}
	p.Unit = &u.unit
	u.problems = append(u.problems, p)
}

// file opens a file of the unit and holds it against the claims. The result is
// nil when there is nothing to read on: a file of unknown content may make a
// reader of Parquet ask for all memory.
func (u *unitCheck) file(ctx context.Context, name string) *content {
	_, there := u.sizes[name]
	claims := u.claims[name]
	switch {
	case !there && len(claims) > 0:
		u.addf(KindMissingFile, name, "", "it is listed and not there")
		return nil
	case !there:
		return nil
	case len(claims) == 0:
		u.unlisted(name)
		return nil
	}
	c, err := u.open(ctx, name)
	if err != nil {
		u.add(unreadable(name, &u.unit, err))
		return nil
	}
	u.seen.files++
	u.seen.bytes += c.size
	if !u.whole(name, c, claims) {
		c.Close()
		return nil
	}
	return c
}

// unlisted records a file that no document lists, unless the document that would
// is damaged.
func (u *unitCheck) unlisted(name string) {
	if u.manifest != nil || u.summaries[u.unit] != nil {
		u.addf(KindUnlistedFile, name, "", "no document of the run lists it; remove it")
	}
}

// whole says whether the file has the size and, unless the check is quick, the
// digest that one of the claims says.
func (u *unitCheck) whole(name string, c *content, claims []claim) bool {
	rightSize := agrees(claims, c.size, func(f claim) int64 { return f.Bytes })
	rightDigest := c.digest == "" || agrees(claims, c.digest, func(f claim) string { return f.SHA256 })
	switch owner := u.owners[c.digest]; {
	case rightSize && rightDigest:
		return true
	case owner != "" && !rightDigest:
		u.addf(KindSwapped, name, "", "it holds what %s should hold", owner)
	case !rightSize:
		u.addf(KindWrongSize, name, "bytes", "it has %d bytes, %d were written", c.size, claims[0].Bytes)
	default:
		u.addf(KindWrongDigest, name, "sha256", "its bytes were changed: the digest is %s, %s was written", c.digest, claims[0].SHA256)
	}
	return false
}

// agrees says whether one of the claims has got.
func agrees[C any, T comparable](claims []C, got T, member func(C) T) bool {
	for _, c := range claims {
		if member(c) == got {
			return true
		}
	}
	return false
}

// addRow records what a Validate method found wrong with a row.
func (u *unitCheck) addRow(path string, row int64, err error) {
	var invalid *schema.InvalidError
	if !errors.As(err, &invalid) {
		return
	}
	for _, found := range invalid.Problems {
		u.add(Problem{Kind: KindBadRow, Path: path, Row: new(row), Field: found.Path, Text: found.Text})
	}
}
