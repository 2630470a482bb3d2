package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/scene"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

func TestEvaluationOfOnePhrase(t *testing.T) {
	box := func(x1, y1, x2, y2, score float32) schema.ScoredBox {
		return schema.ScoredBox{Box: schema.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}, Score: score}
	}
	two := scene.Phrase{Boxes: []scene.Box{{0, 0, 10, 10}, {20, 0, 30, 10}}}
	tests := []struct {
		name string
		gold scene.Phrase
		got  teacher.Grounding
		want evaluation
	}{
		{"both found", two, teacher.Grounding{Best: 0.9, Boxes: []schema.ScoredBox{box(0, 0, 10, 10, 0.9), box(20, 0, 30, 9, 0.8)}},
			evaluation{present: 1, hit: 1, hit75: 1, presentAboveHalf: 1, truePositives: 2, boxes: 2, truthsTotal: 2}},
		{"one found twice", two, teacher.Grounding{Best: 0.9, Boxes: []schema.ScoredBox{box(0, 0, 10, 10, 0.9), box(0, 0, 10, 9, 0.8)}},
			evaluation{present: 1, hit: 1, hit75: 1, presentAboveHalf: 1, truePositives: 1, boxes: 2, truthsTotal: 2}},
		{"half right", two, teacher.Grounding{Best: 0.6, Boxes: []schema.ScoredBox{box(0, 0, 10, 6, 0.6)}},
			evaluation{present: 1, hit: 1, presentAboveHalf: 1, truePositives: 1, boxes: 1, truthsTotal: 2}},
		{"wrong place", two, teacher.Grounding{Best: 0.4, Boxes: []schema.ScoredBox{box(50, 50, 60, 60, 0.4)}},
			evaluation{present: 1, truthsTotal: 2}},
		{"nothing found", two, teacher.Grounding{Best: 0.1}, evaluation{present: 1, truthsTotal: 2}},
		{"absent, quiet", scene.Phrase{}, teacher.Grounding{Best: 0.5, Boxes: []schema.ScoredBox{box(0, 0, 9, 9, 0.5)}}, evaluation{absent: 1}},
		{"absent, loud", scene.Phrase{}, teacher.Grounding{Best: 0.7, Boxes: []schema.ScoredBox{box(0, 0, 9, 9, 0.7)}},
			evaluation{absent: 1, absentAboveHalf: 1, boxes: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got evaluation
			got.phrase(tt.gold, tt.got)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(evaluation{})); diff != "" {
				t.Errorf("evaluation (-want +got):\n%s", diff)
			}
		})
	}
}
