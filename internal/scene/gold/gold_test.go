package gold

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestGoldOfTheDemo(t *testing.T) {
	tar := filepath.Join("..", "..", "..", "testdata", "demo", "scenes-000000.tar")
	out := filepath.Join(t.TempDir(), "gold.parquet")
	if err := Write(t.Context(), out, []string{tar}); err != nil {
		t.Fatal(err)
	}
	r, err := schema.OpenFile(out)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows []*schema.Row
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) != 16 {
		t.Errorf("%d rows, want 16", len(rows))
	}
	// As the tar's first KEY.json says.
	want := []schema.Phrase{
		{Text: "the red stop sign", Span: schema.Span{Start: 0, End: 17}, BestScore: 1, Boxes: boxes([4]float32{25, 4, 78, 58})},
		{Text: "five red scarves", Span: schema.Span{Start: 29, End: 45}, PhraseID: 1, BestScore: 1, Boxes: boxes([4]float32{72, 61, 174, 161},
			[4]float32{199, 165, 242, 207}, [4]float32{3, 124, 83, 203}, [4]float32{134, 11, 240, 115}, [4]float32{160, 182, 197, 219})},
	}
	if diff := cmp.Diff(want, rows[0].Phrases); diff != "" {
		t.Errorf("phrases differ (-want +got):\n%s", diff)
	}
}

func boxes(corners ...[4]float32) (out []schema.ScoredBox) {
	for _, c := range corners {
		out = append(out, schema.ScoredBox{Box: schema.Box{X1: c[0], Y1: c[1], X2: c[2], Y2: c[3]}, Score: 1})
	}
	return out
}

func TestWhatIsNoScene(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "gold.parquet")
	err := Write(t.Context(), out, []string{filepath.Join("..", "..", "..", "testdata", "demo", "web-oddities.tar")})
	if err == nil || !strings.Contains(err.Error(), "web-oddities.tar: ") {
		t.Errorf("error is %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
