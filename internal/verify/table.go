package verify

import (
	"iter"

	"github.com/groundmill/groundmill/schema"
)

// table walks the rows of a data or raw file, checks each and counts. A nil table
// has no rows.
type table struct {
	check  *unitCheck
	name   string
	next   func() ([]schema.Row, error, bool)
	stop   func()
	batch  []schema.Row // what is left of the last one
	stats  schema.FileStats
	failed bool // could not be read to its end
}

// openTable reads the footer and holds it against the claims. The result is nil
// when there is nothing to read on. The caller must close the table.
func (u *unitCheck) openTable(kind schema.Kind, c *content) *table {
	if c == nil {
		return nil
	}
	name := u.name(kind, u.unit)
	reader, err := schema.NewReader(c, c.size)
	if err != nil {
		u.addf(KindNotParquet, name, "", "%v", err)
		return nil
	}
	u.checkFooter(name, reader)
	if u.opts.Quick {
		if kind == schema.KindData {
			u.seen.rows = reader.NumRows()
		}
		return nil
	}
	t := &table{check: u, name: name}
	t.next, t.stop = iter.Pull2(batches(reader))
	return t
}

// batches iterates over the rows of a file; each batch is good until the next.
func batches(reader *schema.Reader) iter.Seq2[[]schema.Row, error] {
	return func(yield func([]schema.Row, error) bool) {
		for _, group := range reader.Groups() {
			for batch, err := range group.Batches(schema.AllColumns) {
				if !yield(batch, err) {
					return
				}
			}
		}
	}
}

// close ends the walk.
func (t *table) close() {
	if t != nil {
		t.stop()
	}
}

// whole says whether the file was read to its end.
func (t *table) whole() bool { return t != nil && !t.failed }

// footer is a Metadata whose members have the names that documents give them.
type footer struct {
	ToolVersion      string `json:"tool_version"`
	ConfigSHA256     string `json:"config_sha256"`
	ModelSHA256      string `json:"model_sha256"`
	ImageDecoder     string `json:"image_decoder"`
	WordListSHA256   string `json:"wordlist_sha256"`
	InputFingerprint string `json:"input_fingerprint"`
}

// checkFooter checks what a Parquet file says about itself.
func (u *unitCheck) checkFooter(name string, reader *schema.Reader) {
	if n := reader.NumRows(); !agrees(u.claims[name], n, func(c claim) int64 { return c.Rows }) {
		u.addf(KindWrongRows, name, "rows", "it has %d rows, %d were counted", n, u.claims[name][0].Rows)
	}
	got, identities := reader.Metadata(), u.identities()
	if len(identities) == 0 || agrees(identities, got, (*schema.Identity).Metadata) {
		return
	}
	for _, d := range differences(footer(got), footer(identities[0].Metadata())) {
		u.addf(KindWrongMetadata, name, d.member, "is %s, the run's is %s", d.a, d.b)
	}
}

// advance returns the next row, nil after the last. It is good until the one
// after it is asked for.
func (t *table) advance() *schema.Row {
	if t == nil || t.failed || len(t.batch) == 0 && !t.fill() {
		return nil
	}
	row := &t.batch[0]
	t.batch = t.batch[1:]
	if err := row.Validate(); err != nil {
		t.check.addRow(t.name, t.stats.Rows, err)
	}
	count(&t.stats, row)
	return row
}

// fill reads the next batch. It says whether there is one.
func (t *table) fill() bool {
	var err error
	var ok bool
	for ok = true; ok && err == nil && len(t.batch) == 0; {
		t.batch, err, ok = t.next()
	}
	if err != nil {
		t.failed = true
		t.check.add(Problem{Kind: KindNotParquet, Path: t.name, Row: new(t.stats.Rows), Text: err.Error()})
	}
	return ok && err == nil
}

// count adds a row to what a file holds.
func count(s *schema.FileStats, row *schema.Row) {
	if s.Rows == 0 || row.Key < s.KeyMin {
		s.KeyMin = row.Key
	}
	if s.Rows == 0 || row.Key > s.KeyMax {
		s.KeyMax = row.Key
	}
	s.Rows++
	s.Phrases += int64(len(row.Phrases))
	for i := range row.Phrases {
		if n := len(row.Phrases[i].Boxes); n > 0 {
			s.GroundedPhrases++
			s.Boxes += int64(n)
		}
	}
}

// compareStats holds what the rows add up to against the claims.
func (t *table) compareStats() {
	if !t.whole() {
		return
	}
	claims, u := t.check.claims[t.name], t.check
	if n := t.stats.Boxes; !agrees(claims, n, func(c claim) int64 { return c.Boxes }) {
		u.addf(KindWrongRows, t.name, "boxes", "it has %d boxes, %d were counted", n, claims[0].Boxes)
	}
	for _, end := range []struct {
		field, got string
		member     func(claim) string
	}{
		{"key_min", t.stats.KeyMin, func(c claim) string { return c.KeyMin }},
		{"key_max", t.stats.KeyMax, func(c claim) string { return c.KeyMax }},
	} {
		if !agrees(claims, end.got, end.member) {
			u.addf(KindWrongRows, t.name, end.field, "is %q, %q was noted", end.got, end.member(claims[0]))
		}
	}
}
