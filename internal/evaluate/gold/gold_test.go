package gold

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
)

func box(x1, y1, x2, y2, score float32) schema.ScoredBox {
	return schema.ScoredBox{Box: schema.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}, Score: score}
}

func TestCount(t *testing.T) {
	two := []schema.Box{{X2: 10, Y2: 10}, {X1: 20, X2: 30, Y2: 10}}
	tests := []struct {
		name   string
		truths []schema.Box
		best   float32
		found  []schema.ScoredBox
		want   Counts
	}{
		{"both found", two, 0.9, []schema.ScoredBox{box(0, 0, 10, 10, 0.9), box(20, 0, 30, 9, 0.8)},
			Counts{Present: 1, Hit: 1, Hit75: 1, PresentAbove: 1, Boxes: 2, Matched: 2, Truths: 2}},
		{"one found twice", two, 0.9, []schema.ScoredBox{box(0, 0, 10, 10, 0.9), box(0, 0, 10, 9, 0.8)},
			Counts{Present: 1, Hit: 1, Hit75: 1, PresentAbove: 1, Boxes: 2, Matched: 1, Truths: 2}},
		{"half right", two, 0.6, []schema.ScoredBox{box(0, 0, 10, 6, 0.6)},
			Counts{Present: 1, Hit: 1, PresentAbove: 1, Boxes: 1, Matched: 1, Truths: 2}},
		{"right, but not sure", two, 0.5, []schema.ScoredBox{box(0, 0, 10, 10, 0.5)}, Counts{Present: 1, Hit: 1, Hit75: 1, Truths: 2}},
		{"wrong place", two, 0.4, []schema.ScoredBox{box(50, 50, 60, 60, 0.4)}, Counts{Present: 1, Truths: 2}},
		{"nothing found", two, 0.1, nil, Counts{Present: 1, Truths: 2}},
		// The first box overlaps both truths; it must take the one that it fits best,
		// and leave the other to the second box.
		{"the best truth", []schema.Box{{X2: 10, Y2: 10}, {X1: 3, X2: 13, Y2: 10}}, 0.9,
			[]schema.ScoredBox{box(2, 0, 12, 10, 0.9), box(0, 0, 8, 10, 0.8)}, Counts{Present: 1, Hit: 1, Hit75: 1, PresentAbove: 1, Boxes: 2, Matched: 2, Truths: 2}},
		{"absent, quiet", nil, 0.5, []schema.ScoredBox{box(0, 0, 9, 9, 0.5)}, Counts{Absent: 1}},
		{"absent, loud", nil, 0.7, []schema.ScoredBox{box(0, 0, 9, 9, 0.7)}, Counts{Absent: 1, AbsentAbove: 1, Boxes: 1}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Count(tc.truths, tc.found, tc.best, 0.5)); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

// row is a row of an image of 200×100 pixels with "a red dog and a cat", each with
// boxes.
func row(key string, dog, cat []schema.ScoredBox) *schema.Row {
	phrase := func(start, end int32, text string, boxes []schema.ScoredBox) schema.Phrase {
		p := schema.Phrase{Text: text, Span: schema.Span{Start: start, End: end}, Boxes: boxes}
		if len(boxes) > 0 {
			p.BestScore = boxes[0].Score
		}
		return p
	}
	return &schema.Row{Key: key, Caption: "a red dog and a cat", Width: 200, Height: 100, ImageSHA256: strings.Repeat("a", 63) + key,
		Phrases: []schema.Phrase{phrase(0, 9, "a red dog", dog), phrase(14, 19, "a cat", cat)}}
}

func boxes(b ...schema.ScoredBox) []schema.ScoredBox { return b }

// judge has gold of two images: a dog of 50×50 in both, a cat in none.
func judge(t *testing.T, c bootstrap.Config, rows ...*schema.Row) *Report {
	t.Helper()
	e := NewEvaluator(Options{MinScore: 0.5})
	for _, key := range []string{"1", "2"} {
		if err := e.AddGold(row(key, boxes(box(0, 0, 50, 50, 1)), nil)); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rows {
		if err := e.AddRow(r); err != nil {
			t.Fatal(err)
		}
	}
	r, err := e.Report(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReport(t *testing.T) {
	extra := row("1", boxes(box(0, 0, 50, 50, 0.9)), boxes(box(60, 60, 90, 90, 0.8)))
	extra.Phrases = append(extra.Phrases[:1:1], schema.Phrase{Text: "red dog", Span: schema.Span{Start: 2, End: 9}, Boxes: boxes(box(0, 0, 9, 9, 0.7))}, extra.Phrases[1])
	extra.Phrases[0].Flags = []string{schema.FlagName}
	r := judge(t, bootstrap.Default(), extra, row("9", nil, nil))
	var got []string
	for _, s := range r.Strata {
		line := fmt.Sprint(s.Name, ": ", s.Present, " ", s.Absent)
		for _, f := range s.Figures {
			line += " " + f.Value.Percent()
		}
		got = append(got, line)
	}
	want := []string{
		"all: 2 2 50.0 50.0 50.0 50.0 50.0 50.0",
		"no flag: 1 2 0.0 0.0 0.0 0.0 0.0 50.0",
		"flag name: 1 0 100.0 100.0 100.0 100.0 100.0 -",
		"medium: 2 0 50.0 50.0 100.0 50.0 50.0 -",
		"2 words: 0 2 - - 0.0 - - 50.0",
		"3 words: 2 0 50.0 50.0 100.0 50.0 50.0 -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("strata (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Tally{GoldRows: 2, MissingRows: 1, OtherRows: 1, OtherPhrases: 1, OtherBoxes: 1}, r.Tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	if f := r.Strata[0].Figures[0]; f.Low != 0 || f.High != 1 {
		t.Errorf("interval of two images, one found: %v", f)
	}
	var text strings.Builder
	r.WriteText(&text)
	for _, line := range []string{"R@1 0.5                 50.0 [0.0, 100.0]", "1 gold rows have no row in the run", "1 phrases, with 1 boxes, are not in gold"} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("%q is not in\n%s", line, text.String())
		}
	}
}

// TestUnansweredPhraseHasNoBoxes guards that what the extractor misses counts.
func TestUnansweredPhraseHasNoBoxes(t *testing.T) {
	only := row("1", boxes(box(0, 0, 50, 50, 0.9)), nil)
	only.Phrases = only.Phrases[1:]
	r := judge(t, bootstrap.Config{}, only, row("2", boxes(box(0, 0, 50, 50, 0.9)), nil))
	if r.Tally.MissingPhrases != 1 || float64(r.Strata[0].Figures[3].Value) != 0.5 || !math.IsNaN(float64(r.Strata[0].Figures[3].Low)) {
		t.Errorf("%+v", r)
	}
}

func TestRowsThatCannotBeCompared(t *testing.T) {
	tests := []struct {
		name   string
		change func(*schema.Row)
		want   string
	}{
		{"caption", func(r *schema.Row) { r.Caption = "a dog" }, `row "1": caption "a dog" is not that of gold`},
		{"size", func(r *schema.Row) { r.Width = 100 }, `row "1": the image has 100×100 pixels, gold's 200×100`},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			e := NewEvaluator(Options{})
			if err := e.AddGold(row("1", nil, nil)); err != nil {
				t.Fatal(err)
			}
			r := row("1", nil, nil)
			tc.change(r)
			if err := e.AddRow(r); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	e := NewEvaluator(Options{})
	if _, err := e.Report(t.Context(), bootstrap.Config{}); !errors.Is(err, ErrNoGold) {
		t.Errorf("without gold: %v", err)
	}
	for i, want := range []string{"", `gold row "1" is there twice`} {
		if err := e.AddGold(row("1", nil, nil)); fmt.Sprint(err) != want && !(i == 0 && err == nil) {
			t.Errorf("gold %d: %v, want %q", i, err, want)
		}
	}
	for i, want := range []string{"", `row "1" is there twice`} {
		if err := e.AddRow(row("1", nil, nil)); fmt.Sprint(err) != want && !(i == 0 && err == nil) {
			t.Errorf("row %d: %v, want %q", i, err, want)
		}
	}
}

const sceneJSON = `{"caption":"a dog and a dog","width":50,"height":40,"phrases":[{"start":10,"end":15,"text":"a dog","boxes":[]},{"start":0,"end":5,"text":"a dog","boxes":[[1,2,30,40]]}]}`

func tarOf(t testing.TB, members map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := webdataset.NewWriter(&out)
	for key, text := range members {
		err := w.Write(key, webdataset.Member{Ext: "jpg", Data: []byte("picture")}, webdataset.Member{Ext: "json", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestScenes(t *testing.T) {
	var rows []*schema.Row
	in := tarOf(t, map[string]string{"1": sceneJSON, "2": `{"caption":"no gold"}`, "3": "no JSON"})
	without, err := Scenes(t.Context(), bytes.NewReader(in), "a.tar", func(r *schema.Row) error {
		rows = append(rows, r)
		return r.Validate()
	})
	if err != nil || without != 2 || len(rows) != 1 {
		t.Fatalf("%d rows, %d without, %v", len(rows), without, err)
	}
	want := []schema.Phrase{
		{Text: "a dog", Span: schema.Span{Start: 0, End: 5}, BestScore: 1, Boxes: boxes(box(1, 2, 30, 40, 1))},
		{Text: "a dog", Span: schema.Span{Start: 10, End: 15}},
	}
	if diff := cmp.Diff(want, rows[0].Phrases); diff != "" {
		t.Errorf("phrases (-want +got):\n%s", diff)
	}
}

func TestScenesRefuseWrongGold(t *testing.T) {
	outside := tarOf(t, map[string]string{"1": strings.Replace(sceneJSON, "30,40", "99,40", 1)})
	_, err := Scenes(t.Context(), bytes.NewReader(outside), "a.tar", func(*schema.Row) error { return nil })
	if err == nil || !strings.Contains(err.Error(), `a.tar: sample "1": invalid row "1": phrases[0].boxes[0]:`) {
		t.Errorf("got %v", err)
	}
}

func FuzzScene(f *testing.F) {
	f.Add(sceneJSON)
	f.Fuzz(func(t *testing.T, text string) {
		in := tarOf(t, map[string]string{"1": text})
		_, err := Scenes(t.Context(), bytes.NewReader(in), "a.tar", func(r *schema.Row) error { return r.Validate() })
		if err != nil && !strings.HasPrefix(err.Error(), "a.tar: sample") {
			t.Fatal(err)
		}
	})
}
