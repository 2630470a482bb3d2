package schema

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// assembler turns the column values of one row back into a Row.
type assembler struct {
	embedImages bool
	cells       [numLeaves][]parquet.Value // of the current row
}

// row assembles one row. Nothing of it refers to the memory of values.
func (a *assembler) row(values parquet.Row) (*Row, error) {
	a.split(values)
	row := &Row{
		Key:              a.text(leafKey),
		URL:              a.text(leafURL),
		Caption:          a.text(leafCaption),
		Width:            a.first(leafWidth).Int32(),
		Height:           a.first(leafHeight).Int32(),
		ImageSHA256:      a.text(leafImageSHA256),
		Image:            a.image(),
		Source:           Source{Shard: a.text(leafSourceShard), Index: a.first(leafSourceIndex).Int64()},
		CaptionTruncated: a.first(leafCaptionTruncated).Boolean(),
	}
	var err error
	if row.Phrases, err = a.phrases(); err != nil {
		return nil, fmt.Errorf("row %q: %w", row.Key, err)
	}
	if row.Meta, err = a.meta(); err != nil {
		return nil, fmt.Errorf("row %q: %w", row.Key, err)
	}
	return row, nil
}

// split cuts the flat row into the values of each leaf.
func (a *assembler) split(values parquet.Row) {
	clear(a.cells[:])
	for l := range numLeaves {
		index := l.columnIndex(a.embedImages)
		if index < 0 {
			continue
		}
		n := 0
		for n < len(values) && values[n].Column() == index {
			n++
		}
		a.cells[l], values = values[:n], values[n:]
	}
}

// first returns the only value of a leaf outside lists; a null reads as zero.
func (a *assembler) first(l leaf) parquet.Value {
	if len(a.cells[l]) == 0 {
		return parquet.Value{}
	}
	return a.cells[l][0]
}

// text copies the string of a leaf outside lists.
func (a *assembler) text(l leaf) string { return string(a.first(l).ByteArray()) }

func (a *assembler) image() *EncodedImage {
	cells := a.cells[leafImageBytes]
	if len(cells) == 0 || cells[0].IsNull() {
		return nil
	}
	return &EncodedImage{Bytes: cells[0].Clone().ByteArray(), Path: a.text(leafImagePath)}
}
