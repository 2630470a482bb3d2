package schema_test

import (
	"fmt"
	"io"
	"log"

	"github.com/groundmill/groundmill/schema"
)

// Other rules over a file that was labelled before: the best box of each phrase
// only. Reads and writes no column but the boxes; all others are copied as they
// are stored.
func ExampleWriter_Narrow() {
	in, err := schema.OpenFile("testdata/rows-v1.parquet")
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close()
	out, err := schema.NewWriter(io.Discard, in.Metadata(), schema.WriterOptions{EmbedImages: in.HasImages()})
	if err != nil {
		log.Fatal(err)
	}
	best := func(rows *schema.Selection) error {
		for row := range rows.Rows() {
			for phrase, end := rows.Phrases(row); phrase < end; phrase++ {
				first, end := rows.Boxes(phrase)
				for box := first; box < end; box++ {
					rows.KeepBox(box, box == first)
				}
			}
		}
		return nil
	}
	for _, group := range in.Groups() {
		if err := out.Narrow(group, 0, best); err != nil {
			log.Fatal(err)
		}
	}
	stats, err := out.Close()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Rows, "rows,", stats.Phrases, "phrases,", stats.Boxes, "boxes, keys from", stats.KeyMin, "to", stats.KeyMax)
	// Output: 5 rows, 7 phrases, 2 boxes, keys from 0 to zeroes
}

// Two columns of a file, without the cost of the others.
func ExampleGroup_Batches() {
	in, err := schema.OpenFile("testdata/rows-v1.parquet")
	if err != nil {
		log.Fatal(err)
	}
	defer in.Close()
	for _, group := range in.Groups() {
		for rows, err := range group.Batches(schema.KeyColumn | schema.SizeColumns) {
			if err != nil {
				log.Fatal(err)
			}
			for _, row := range rows {
				fmt.Printf("%s: %d×%d\n", row.Key, row.Width, row.Height)
			}
		}
	}
	// Output:
	// 0: 1×1
	// empty image: 1×1
	// zeroes: 1×1
	// no boxes: 5×5
	// many boxes: 4000×1
}
