package calibrate

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/rowset"
	"github.com/groundmill/groundmill/internal/verdict"
	"github.com/groundmill/groundmill/schema"
)

func line(stratum string, weight float64, score float32, answer verdict.Answer) verdict.Judgement {
	return verdict.Judgement{Box: &verdict.Corners{0, 0, 1, 1}, Score: score, Stratum: stratum, Weight: weight, Verdict: answer}
}

// TestWeights estimates by hand: stratum a has 400 boxes of which 4 lines stand
// for 100 each and 2 are judged, so each judged one stands for 200; b has 10.
func TestWeights(t *testing.T) {
	f := verdict.New("", 1, filter.Config{MinScore: 0.2})
	f.Judgements = []verdict.Judgement{
		line("a", 100, 0.9, verdict.Correct), line("a", 100, 0.3, verdict.Wrong), line("a", 100, 0.9, ""), line("a", 100, 0.4, ""),
		line("b", 5, 0.8, verdict.Unsure), line("b", 5, 0.8, verdict.Correct),
		{Score: 0.9, Stratum: "b", Weight: 1, Verdict: verdict.Wrong}, // of a phrase
	}
	tests := []struct {
		name      string
		unsure    Unsure
		threshold float64
		want      float64 // precision
		recall    float64
	}{
		{"all", UnsureIsWrong, 0.2, 205.0 / 410, 1},
		{"above", UnsureIsWrong, 0.5, 205.0 / 210, 1},
		{"without unsure", UnsureIsOut, 0.2, 210.0 / 410, 1},
		{"far above", UnsureIsWrong, 0.85, 1, 200.0 / 205},
	}
	for _, tt := range tests {
		j, err := FromVerdicts(f, tt.unsure)
		if err != nil {
			t.Fatal(err)
		}
		got := j.design.share(j.boxes, above(tt.threshold), right).Share
		recall := j.design.recall(j.boxes, "", above(tt.threshold)).Share
		if diff := cmp.Diff([]float64{tt.want, tt.recall}, []float64{got, recall}, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s: precision and recall differ (-want +got):\n%s", tt.name, diff)
		}
	}
	j, _ := FromVerdicts(f, UnsureIsOut)
	want := []string{
		"2 boxes have no verdict; those of their strata that have one stand for them",
		"1 unsure verdicts are left out",
		"1 lines are of phrases, not of boxes",
	}
	if diff := cmp.Diff(want, j.Notes); diff != "" {
		t.Errorf("notes differ (-want +got):\n%s", diff)
	}
}

func TestUnjudgedStrata(t *testing.T) {
	f := verdicts(map[float32][2]int{0.85: {500, 0}})
	f.Judgements = append(f.Judgements, line("far", 3, 0.9, ""))
	r := report(t, f, Default())
	if r.Choice.Found || r.Choice.Reason != `nothing is judged in 1 of the strata, such as "far"; judge some boxes of each` {
		t.Errorf("choice is %+v", r.Choice)
	}
	for i := range f.Judgements {
		f.Judgements[i].Verdict = ""
	}
	if _, err := FromVerdicts(f, UnsureIsWrong); !errors.Is(err, ErrNothingJudged) {
		t.Errorf("without verdicts the error is %v", err)
	}
}

// write writes rows as one file and opens it.
func write(t *testing.T, rows ...schema.Row) *rowset.Set {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.parquet")
	var b bytes.Buffer
	w, err := schema.NewWriter(&b, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := rowset.Open(t.Context(), path, schema.KindData)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// rowOf returns a row of one image, told by a digit, with phrases "aa", "bb", ...
func rowOf(image string, phrases ...[]schema.ScoredBox) schema.Row {
	row := schema.Row{Key: image, Caption: "aa bb cc", Width: 100, Height: 100, ImageSHA256: strings.Repeat(image, 64), Source: schema.Source{Shard: "s"}}
	for i, boxes := range phrases {
		p := schema.Phrase{Text: row.Caption[3*i : 3*i+2], Span: schema.Span{Start: int32(3 * i), End: int32(3*i + 2)}, PhraseID: int32(i), Boxes: boxes}
		if len(boxes) > 0 {
			p.BestScore = boxes[0].Score
		}
		row.Phrases = append(row.Phrases, p)
	}
	return row
}

func at(x, score float32) schema.ScoredBox {
	return schema.ScoredBox{Box: schema.Box{X1: x, Y1: 0, X2: x + 10, Y2: 10}, Score: score}
}

// TestGold matches boxes of 10×10 pixels: moved by 3 they overlap by 7/13 > .5, by
// 4 by 6/14 < .5.
func TestGold(t *testing.T) {
	type boxes = []schema.ScoredBox
	gold := write(t,
		rowOf("1", boxes{at(0, 1), at(50, 1)}, boxes{}, boxes{at(20, 1)}),
		rowOf("2", boxes{at(0, 1)}),
		rowOf("3", boxes{at(0, 1), at(1, 1)}), // no such row
	)
	data := write(t,
		rowOf("1", boxes{at(3, 0.9), at(0, 0.8), at(54, 0.7), at(50, 0.6)}, boxes{at(0, 0.55)}),
		rowOf("2", boxes{at(0, 0.95), at(90, 0.1)}, boxes{at(0, 0.99)}),
		rowOf("4", boxes{at(0, 0.9)}),
	)
	j, err := FromGold(t.Context(), data, gold, filter.Config{MinScore: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	got := map[float32]bool{}
	for _, b := range j.boxes {
		got[b.score] = b.right
	}
	want := map[float32]bool{
		0.9: true, 0.8: false, // the better box has taken the gold one
		0.7: false, 0.6: true, // too far; the next takes what it left
		0.55: false, // of a phrase that names nothing in the picture
		0.95: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("judgements differ (-want +got):\n%s", diff)
	}
	notes := []string{
		"1 rows have no gold and are left out",
		"1 gold rows have no row in the data and are left out",
		"1 phrases with 1 boxes have a span that gold does not have and are left out",
	}
	if diff := cmp.Diff(notes, j.Notes); diff != "" {
		t.Errorf("notes differ (-want +got):\n%s", diff)
	}
	if recall := j.design.recall(j.boxes, "", above(0.2)); recall.N != 4 || recall.Share != 0.75 { // "cc" has no box
		t.Errorf("recall is %+v, want 3 of 4", recall)
	}
	if recall := j.design.recall(j.boxes, "", above(0.9)); recall.Share != 0.25 {
		t.Errorf("recall above 0.9 is %+v, want 1 of 4", recall)
	}
}

// sized returns a box of that side.
func sized(side, score float32) schema.ScoredBox {
	return schema.ScoredBox{Box: schema.Box{X2: side, Y2: side}, Score: score}
}

// TestGroups has a large gold box that a medium one finds, and a small one that
// nothing finds.
func TestGroups(t *testing.T) {
	type boxes = []schema.ScoredBox
	named := rowOf("1", boxes{sized(90, 0.9), sized(40, 0.5)}, boxes{sized(40, 0.7)})
	named.Phrases[1].Flags = []string{schema.FlagName}
	gold := write(t, rowOf("1", boxes{sized(98, 1)}, boxes{sized(40, 1)}, boxes{sized(10, 1)}))
	j, err := FromGold(t.Context(), write(t, named), gold, filter.Config{MinScore: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	r, err := j.Report(Options{Precision: 0.9, Confidence: 0.95, Step: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	type counts struct {
		Judged int
		Right  float64
		Gold   int
		Found  float64
	}
	got := map[string]counts{}
	for _, g := range r.Groups {
		p := g.Curve[2] // above 0.6
		got[g.Name] = counts{p.Precision.Judged, p.Precision.Share, p.Recall.Judged, p.Recall.Share}
	}
	want := map[string]counts{
		"large, plain":  {0, 0, 1, 1}, // found by a box of another size
		"medium, name":  {1, 1, 1, 1},
		"medium, plain": {1, 1, 0, 0},
		"small, plain":  {0, 0, 1, 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups above 0.6 differ (-want +got):\n%s", diff)
	}
	sumsUp(t, r)
}

// sumsUp checks that at each threshold every box and every gold box is in one
// group.
func sumsUp(t *testing.T, r *Report) {
	t.Helper()
	for i, whole := range r.Curve {
		judged, gold := 0, 0
		for _, g := range r.Groups {
			judged += g.Curve[i].Precision.Judged
			gold += g.Curve[i].Recall.Judged
		}
		if judged != whole.Precision.Judged || gold != whole.Recall.Judged {
			t.Errorf("above %v the groups have %d boxes and recall of %d, the whole %d and %d",
				whole.Threshold, judged, gold, whole.Precision.Judged, whole.Recall.Judged)
		}
	}
}

func TestGoldErrors(t *testing.T) {
	one := write(t, rowOf("1", []schema.ScoredBox{at(0, 1)}))
	if _, err := FromGold(t.Context(), write(t, rowOf("2", nil)), one, filter.Config{}); !errors.Is(err, ErrNoMatch) {
		t.Errorf("other images: %v", err)
	}
	double := write(t, rowOf("1", nil), rowOf("1", nil))
	if _, err := FromGold(t.Context(), one, double, filter.Config{}); err == nil || !strings.Contains(err.Error(), "two rows have the image 1111") {
		t.Errorf("gold twice: %v", err)
	}
	again, err := FromGold(t.Context(), write(t, rowOf("1", []schema.ScoredBox{at(0, 0.5)}), rowOf("1", []schema.ScoredBox{at(0, 0.5)})), one, filter.Config{})
	if err != nil || len(again.boxes) != 1 {
		t.Errorf("a row twice: %+v, %v", again, err)
	}
}

func TestValidate(t *testing.T) {
	want := "invalid calibration: precision: 1 is not in (0, 1); confidence: 0.4 is not in [0.5, 1); step: 0.00015 is not a multiple of 0.0001 in (0, 1)"
	if err := (Options{Precision: 1, Confidence: 0.4, Step: 0.00015}).Validate(); err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}
