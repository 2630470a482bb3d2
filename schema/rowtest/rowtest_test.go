package rowtest

import "testing"

// TestBenchShape holds the rows to what the package promises of them.
func TestBenchShape(t *testing.T) {
	const n = 2000
	for name, test := range map[string]struct {
		shape Shape
		boxes [2]float64
	}{
		"data": {Data, [2]float64{4.5, 4.9}},
		"raw":  {Raw, [2]float64{9.2, 9.8}},
	} {
		var characters, addresses, phrases, boxes, meta float64
		for _, row := range Rows(test.shape, n) {
			if err := row.Validate(); err != nil {
				t.Fatal(err)
			}
			characters += float64(len(row.Caption)) / n
			addresses += float64(len(row.URL)) / n
			phrases += float64(len(row.Phrases)) / n
			meta += float64(len(row.Meta)) / n
			for _, p := range row.Phrases {
				boxes += float64(len(p.Boxes)) / n
			}
		}
		for what, got := range map[string][3]float64{
			"characters of a caption": {characters, 58, 64},
			"characters of a URL":     {addresses, 52, 58},
			"phrases":                 {phrases, 3.4, 3.6},
			"boxes":                   {boxes, test.boxes[0], test.boxes[1]},
			"meta columns":            {meta, 0.47, 0.53},
		} {
			if got[0] < got[1] || got[0] > got[2] {
				t.Errorf("%s: %.2f %s a row, want %v to %v", name, got[0], what, got[1], got[2])
			}
		}
	}
}
