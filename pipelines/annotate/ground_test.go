package annotate

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

func scored(x1, y1, x2, y2, score float32) schema.ScoredBox {
	return schema.ScoredBox{Box: schema.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}, Score: score}
}

func TestStoredBoxes(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name string
		in   []schema.ScoredBox
		want []schema.ScoredBox
		bad  bool
	}{
		{name: "none"},
		{
			name: "rounded to the grid",
			in:   []schema.ScoredBox{scored(1.001, 2.01, 10.51, 19.999, 0.123449)},
			want: []schema.ScoredBox{scored(1, 2.015625, 10.515625, 20, 0.1234)},
		},
		{
			name: "clamped to the image",
			in:   []schema.ScoredBox{scored(-3, -0.001, 41, 30.4, 0.5)},
			want: []schema.ScoredBox{scored(0, 0, 40, 30, 0.5)},
		},
		{
			name: "in falling order, the floor included",
			in:   []schema.ScoredBox{scored(0, 0, 1, 1, 0.2), scored(0, 0, 2, 2, 0.1), scored(0, 0, 3, 3, 0.3), scored(0, 0, 4, 4, 0.0999)},
			want: []schema.ScoredBox{scored(0, 0, 3, 3, 0.3), scored(0, 0, 1, 1, 0.2), scored(0, 0, 2, 2, 0.1)},
		},
		{
			name: "equal scores keep their order",
			in:   []schema.ScoredBox{scored(0, 0, 1, 1, 0.50001), scored(0, 0, 2, 2, 0.50002)},
			want: []schema.ScoredBox{scored(0, 0, 1, 1, 0.5), scored(0, 0, 2, 2, 0.5)},
		},
		{
			name: "without area after clamping and rounding",
			in:   []schema.ScoredBox{scored(40, 0, 50, 10, 0.5), scored(5, 5, 5.001, 9, 0.5), scored(9, 9, 3, 12, 0.5), scored(-9, -9, -1, -1, 0.5)},
		},
		{name: "score NaN", in: []schema.ScoredBox{scored(0, 0, 1, 1, nan)}, bad: true},
		{name: "score above 1", in: []schema.ScoredBox{scored(0, 0, 1, 1, 1.1)}, bad: true},
		{name: "score infinite", in: []schema.ScoredBox{scored(0, 0, 1, 1, inf)}, bad: true},
		{name: "score negative", in: []schema.ScoredBox{scored(0, 0, 1, 1, -0.1)}, bad: true},
		{name: "coordinate NaN", in: []schema.ScoredBox{scored(0, nan, 1, 1, 0.5)}, bad: true},
		{name: "coordinate infinite", in: []schema.ScoredBox{scored(0, 0, inf, 1, 0.5)}, bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := storedBoxes(tt.in, 40, 30, 0.1)
			if (err != nil) != tt.bad {
				t.Fatalf("error is %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("boxes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddAnswer(t *testing.T) {
	flags := []string{schema.FlagAbstract}
	newRow := func() schema.Row {
		return schema.Row{Width: 40, Height: 30, Phrases: []schema.Phrase{{Text: "a"}, {Text: "b", Flags: flags[:1:1]}, {Text: "c"}}}
	}
	row := newRow()
	err := addAnswer(&row, teacher.Answer{Phrases: []teacher.Grounding{
		{Best: 0.49996, Boxes: []schema.ScoredBox{scored(0, 0, 9, 9, 0.49997)}},
		{BeyondPrompt: true},
		{Best: 0.04},
	}}, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	want := []schema.Phrase{
		{Text: "a", BestScore: 0.5, Boxes: []schema.ScoredBox{scored(0, 0, 9, 9, 0.5)}},
		{Text: "b", Flags: []string{schema.FlagAbstract, schema.FlagBeyondPrompt}},
		{Text: "c", BestScore: 0.04},
	}
	if diff := cmp.Diff(want, row.Phrases); diff != "" {
		t.Errorf("phrases (-want +got):\n%s", diff)
	}
	for name, answer := range map[string]teacher.Answer{
		"2 answers to 3 phrases": {Phrases: make([]teacher.Grounding, 2)},
		`phrase "b"`:             {Phrases: []teacher.Grounding{{}, {Best: float32(math.NaN())}, {}}},
		`phrase "c"`:             {Phrases: []teacher.Grounding{{}, {}, {Boxes: []schema.ScoredBox{scored(0, 0, 1, 1, 2)}}}},
		"the model answered NaN": {Err: errors.New("the model answered NaN")},
	} {
		row := newRow()
		if err := addAnswer(&row, answer, 0.1); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error is %v, want it to name %s", err, name)
		}
	}
}
