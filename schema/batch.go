package schema

import (
	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// batch reads rows of a row group, column by column.
type batch struct {
	*cursors
	keep  bool // give out fresh memory each time
	steps []func() error

	rows    []Row
	phrases []Phrase    // of all rows
	boxes   []ScoredBox // of all phrases
	flags   []string    // of all phrases

	listed bool    // a leaf has said which rows have which phrases
	first  nesting // what that leaf said
	other  nesting // what another leaf says
}

func openBatch(g *Group, columns Columns) (*batch, error) {
	c, err := openCursors(g, columns)
	if err != nil {
		return nil, err
	}
	b := &batch{cursors: c}
	b.addFields()
	b.addPhrases()
	if b.reads[leafMetaKey] {
		b.steps = append(b.steps, b.readMeta)
	}
	return b, nil
}

// read reads the next n rows, which the group has, into b.rows.
func (b *batch) read(n int) (err error) {
	defer recoverCorrupt(&err)
	b.rows = resize(b.rows, n, b.keep)
	b.listed = false
	for _, step := range b.steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// resize returns n zero elements, in s if it has room and is not to be kept.
func resize[T any](s []T, n int, keep bool) []T {
	if keep || cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// addFields adds the reading of what is in no list.
func (b *batch) addFields() {
	addField(b, &b.strings, leafKey, func(r *Row, v string) { r.Key = v })
	addField(b, &b.strings, leafURL, func(r *Row, v string) { r.URL = v })
	addField(b, &b.strings, leafCaption, func(r *Row, v string) { r.Caption = v })
	addField(b, &b.int32s, leafWidth, func(r *Row, v int32) { r.Width = v })
	addField(b, &b.int32s, leafHeight, func(r *Row, v int32) { r.Height = v })
	addField(b, &b.strings, leafImageSHA256, func(r *Row, v string) { r.ImageSHA256 = v })
	addField(b, &b.strings, leafImageBytes, func(r *Row, v string) { r.Image = &EncodedImage{Bytes: []byte(v)} })
	addField(b, &b.strings, leafImagePath, func(r *Row, v string) {
		if r.Image != nil {
			r.Image.Path = v
		}
	})
	addField(b, &b.strings, leafSourceShard, func(r *Row, v string) { r.Source.Shard = v })
	addField(b, &b.int64s, leafSourceIndex, func(r *Row, v int64) { r.Source.Index = v })
	addField(b, &b.bools, leafCaptionTruncated, func(r *Row, v bool) { r.CaptionTruncated = v })
}

// addField adds the reading of one leaf, if it is read: set is called with each
// row whose value is not null.
func addField[T chunk.Value](b *batch, all *[numLeaves]chunk.Cursor[T], l leaf, set func(*Row, T)) {
	c, there := &all[l], highest[l.stream()].def
	if !b.reads[l] {
		return
	}
	b.steps = append(b.steps, func() error {
		run, err := c.Rows(len(b.rows))
		if err != nil {
			return err
		}
		if len(run.Def) != len(b.rows) {
			return errShort(l, len(run.Def), len(b.rows))
		}
		value := 0
		for i, def := range run.Def {
			if def == there {
				set(&b.rows[i], run.Values[value])
				value++
			}
		}
		return nil
	})
}

// readMeta reads the user's columns.
func (b *batch) readMeta() error {
	keys, err := b.strings[leafMetaKey].Rows(len(b.rows))
	if err != nil {
		return err
	}
	values, err := b.strings[leafMetaValue].Levels(len(keys.Def))
	if err != nil {
		return err
	}
	if len(values.Values) != len(keys.Values) {
		return errShort(leafMetaValue, len(values.Values), len(keys.Values))
	}
	row, entry := -1, 0
	for i, rep := range keys.Rep {
		if rep == repRow {
			row++
		}
		if keys.Def[i] != defEntry {
			continue
		}
		if b.rows[row].Meta == nil {
			b.rows[row].Meta = make(map[string]string)
		}
		b.rows[row].Meta[keys.Values[entry]] = values.Values[entry]
		entry++
	}
	if row+1 != len(b.rows) {
		return errShort(leafMetaKey, row+1, len(b.rows))
	}
	return nil
}
