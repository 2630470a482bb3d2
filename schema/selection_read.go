package schema

import (
	"bytes"
	"fmt"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// read shows the next rows that c reads, with the boxes and, where c reads them,
// the sizes and flags. The columns are views of what c has read.
func (s *Selection) read(c *cursors, rows int) (err error) {
	defer recoverCorrupt(&err)
	s.width, s.height, s.flags.elements = nil, nil, s.flags.elements[:0]
	if c.reads[leafWidth] {
		if err := s.readSizes(c, rows); err != nil {
			return err
		}
	}
	if err := s.readBoxes(c, rows); err != nil {
		return err
	}
	if c.reads[leafFlag] {
		if err := s.readFlags(c, rows); err != nil {
			return err
		}
	}
	s.keepAll()
	return nil
}

func (s *Selection) readSizes(c *cursors, rows int) error {
	sizes := [2][]int32{}
	for i, l := range []leaf{leafWidth, leafHeight} {
		run, err := c.int32s[l].Rows(rows)
		if err != nil {
			return err
		}
		if sizes[i] = run.Values; len(run.Values) != rows {
			return errShort(l, len(run.Values), rows)
		}
	}
	s.width, s.height = sizes[0], sizes[1]
	return nil
}

func (s *Selection) readBoxes(c *cursors, rows int) error {
	scores, edges, err := readBoxes(c, rows)
	if err != nil {
		return err
	}
	s.scores, s.edges = scores.Values, edges
	return s.boxes.read(leafScore, rows, scores.Rep, scores.Def)
}

func (s *Selection) readFlags(c *cursors, rows int) error {
	run, err := c.strings[leafFlag].Rows(rows)
	if err != nil {
		return err
	}
	s.names = run.Values
	if err := s.flags.read(leafFlag, rows, run.Rep, run.Def); err != nil {
		return err
	}
	return s.boxes.agrees(leafFlag, &s.flags)
}

// readBoxes reads the boxes of the next rows: the scores with the levels of all
// five leaves, and the edges X1, Y1, X2 and Y2.
func readBoxes(c *cursors, rows int) (scores chunk.Run[float32], edges [4][]float32, err error) {
	if scores, err = c.floats[leafScore].Rows(rows); err != nil {
		return scores, edges, err
	}
	for i := range edges {
		l := leafX1 + leaf(i)
		edge, err := c.floats[l].Levels(len(scores.Def))
		if err != nil {
			return scores, edges, err
		}
		if !bytes.Equal(edge.Rep, scores.Rep) || !bytes.Equal(edge.Def, scores.Def) {
			return scores, edges, fmt.Errorf("column %s has other boxes than the scores", l.name())
		}
		edges[i] = edge.Values
	}
	return scores, edges, nil
}
