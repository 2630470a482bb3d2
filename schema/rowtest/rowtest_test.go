package rowtest

import (
	"testing"
)

// TestBenchShape holds the rows to what the package promises of them.
func TestBenchShape(t *testing.T) {
	const n = 2000
	for name, shape := range map[string]Shape{"data": Data, "raw": Raw} {
		characters, phrases, boxes, meta, address := 0, 0, 0, 0, 0
		for _, row := range Rows(shape, n) {
			if err := row.Validate(); err != nil {
				t.Fatal(err)
			}
			characters += len(row.Caption)
			address += len(row.URL)
			phrases += len(row.Phrases)
			meta += len(row.Meta)
			for _, p := range row.Phrases {
				boxes += len(p.Boxes)
			}
		}
		t.Logf("%s: caption %d, url %d, phrases %.2f, boxes %.2f, meta %.2f", name, characters/n, address/n, float64(phrases)/n, float64(boxes)/n, float64(meta)/n)
	}
}
