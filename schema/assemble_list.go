package schema

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// phrases assembles the phrases of the current row; none gives nil.
func (a *assembler) phrases() ([]Phrase, error) {
	n, err := a.entries(leafText, leafStart, leafEnd, leafPhraseID, leafBestScore)
	if err != nil || n == 0 {
		return nil, err
	}
	flags := inner{cells: a.cells[leafFlag], full: defFlag}
	boxes := inner{cells: a.cells[leafX1], full: defBox}
	for _, l := range []leaf{leafY1, leafX2, leafY2, leafScore} {
		if len(a.cells[l]) != len(boxes.cells) {
			return nil, fmt.Errorf("phrases: boxes have %d x1 and %d values in a sibling column", len(boxes.cells), len(a.cells[l]))
		}
	}
	out := make([]Phrase, n)
	for i := range out {
		out[i] = a.phrase(i)
		from, to := flags.next()
		out[i].Flags = a.flags(from, to)
		from, to = boxes.next()
		out[i].Boxes = a.boxes(from, to)
	}
	if !flags.done() || !boxes.done() {
		return nil, fmt.Errorf("phrases: flags or boxes belong to more than the %d phrases", n)
	}
	return out, nil
}

// entries returns how many structs the list of the given leaves has, which must
// be the same in all of them.
func (a *assembler) entries(leaves ...leaf) (int, error) {
	first := a.cells[leaves[0]]
	for _, l := range leaves[1:] {
		if len(a.cells[l]) != len(first) {
			return 0, fmt.Errorf("list has %d values in column %d and %d in column %d", len(first), leaves[0], len(a.cells[l]), l)
		}
	}
	if len(first) == 1 && first[0].DefinitionLevel() <= defEmptyList {
		return 0, nil
	}
	return len(first), nil
}

func (a *assembler) phrase(i int) Phrase {
	return Phrase{
		Text:      string(a.cells[leafText][i].ByteArray()),
		Span:      Span{Start: a.cells[leafStart][i].Int32(), End: a.cells[leafEnd][i].Int32()},
		PhraseID:  a.cells[leafPhraseID][i].Int32(),
		BestScore: a.cells[leafBestScore][i].Float(),
	}
}

func (a *assembler) flags(from, to int) []string {
	if from == to {
		return nil
	}
	out := make([]string, 0, to-from)
	for _, cell := range a.cells[leafFlag][from:to] {
		out = append(out, string(cell.ByteArray()))
	}
	return out
}

func (a *assembler) boxes(from, to int) []ScoredBox {
	if from == to {
		return nil
	}
	out := make([]ScoredBox, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, ScoredBox{
			Box: Box{
				X1: a.cells[leafX1][i].Float(), Y1: a.cells[leafY1][i].Float(),
				X2: a.cells[leafX2][i].Float(), Y2: a.cells[leafY2][i].Float(),
			},
			Score: a.cells[leafScore][i].Float(),
		})
	}
	return out
}

// meta assembles the user's columns; none gives nil.
func (a *assembler) meta() (map[string]string, error) {
	n, err := a.entries(leafMetaKey, leafMetaValue)
	if err != nil || n == 0 {
		return nil, err
	}
	out := make(map[string]string, n)
	for i, cell := range a.cells[leafMetaKey] {
		out[string(cell.ByteArray())] = string(a.cells[leafMetaValue][i].ByteArray())
	}
	return out, nil
}

// inner walks the cells of a list inside the list of phrases, one phrase at a
// time.
type inner struct {
	cells []parquet.Value
	full  int // definition level of a cell that holds an element
	pos   int
}

// next returns the range of cells of the next phrase's elements, empty when it
// has none.
func (c *inner) next() (from, to int) {
	if c.done() {
		return c.pos, c.pos
	}
	from = c.pos
	for c.pos++; !c.done() && c.cells[c.pos].RepetitionLevel() == repInner; c.pos++ {
	}
	if c.cells[from].DefinitionLevel() < c.full {
		return c.pos, c.pos
	}
	return from, c.pos
}

// done says that no cell is left.
func (c *inner) done() bool { return c.pos >= len(c.cells) }
