package schema

import (
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// Narrow appends a row group of another file without the phrases and boxes that
// choose drops. It shows choose all rows with their phrases and boxes and, if reads
// has them, SizeColumns and FlagsColumn; the Selection is valid until choose
// returns. Columns of which nothing is dropped are copied as they are stored,
// their checksums checked.
//
// The result is that of writing the rows that are left one by one, byte for byte
// where the row group was written with the same options, but takes a fraction of
// the time. Rows are not validated: those of a file that a Writer wrote are valid,
// and so is what is left of them. Any error is final.
func (w *Writer) Narrow(g *Group, reads Columns, choose func(*Selection) error) error {
	switch {
	case w.err != nil:
		return w.err
	case reads&^(SizeColumns|FlagsColumn) != 0:
		return errors.New("schema: Narrow shows SizeColumns and FlagsColumn, no other columns")
	case w.opts.EmbedImages != g.reader.embedImages:
		return fmt.Errorf("schema: image column: the row group has it: %v, the file: %v", g.reader.embedImages, w.opts.EmbedImages)
	}
	if err := w.flush(); err != nil {
		return err
	}
	changed, err := w.narrow(g, reads, choose)
	if err != nil {
		return w.fail(err)
	}
	chunks, err := w.narrowedChunks(g, changed)
	if err == nil {
		err = w.file.WriteGroup(w.present(chunks))
	}
	if err != nil {
		return w.fail(err)
	}
	w.group.reset()
	return nil
}

// narrow collects what is left of a group's rows in the columns of which something
// is dropped, and returns these.
func (w *Writer) narrow(g *Group, reads Columns, choose func(*Selection) error) (changed Columns, err error) {
	s := &w.group.selection
	c, err := openCursors(g, BoxColumns|reads)
	if err != nil {
		return 0, g.wrap(err)
	}
	defer c.close()
	if err := s.read(c, int(g.NumRows())); err != nil {
		return 0, g.wrap(err)
	}
	if err := choose(s); err != nil {
		return 0, err
	}
	left := w.group.addBoxesLeft(s)
	w.stats.add(left)
	switch {
	case left.Phrases < int64(s.boxes.count()):
		if err := w.group.addPhrasesLeft(g, s); err != nil {
			return 0, g.wrap(err)
		}
		return PhraseColumns, nil
	case left.Boxes < int64(s.NumBoxes()):
		return BoxColumns, nil
	}
	return 0, nil
}

// narrowedChunks returns the chunks of the group: those that were changed, and
// copies of all others.
func (w *Writer) narrowedChunks(g *Group, changed Columns) (chunks [numLeaves]*chunk.Chunk, err error) {
	defer recoverCorrupt(&err)
	anew := func(l leaf) bool { return changed.Has(l.columns()) }
	if chunks, err = w.group.encode(anew); err != nil {
		return chunks, err
	}
	for l := range numLeaves {
		if anew(l) || !w.has(l) {
			continue
		}
		if chunks[l], err = chunk.Copy(g.reader.source, g.index, l.columnIndex(w.opts.EmbedImages), &w.group.copies[l]); err != nil {
			return chunks, g.wrap(err)
		}
	}
	low, high, ok := chunks[leafKey].Bounds()
	if !ok {
		return chunks, g.wrap(errors.New("the footer has no bounds of key"))
	}
	w.stats.widenKeys(string(low), string(high))
	return chunks, nil
}
