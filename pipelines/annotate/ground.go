package annotate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

// ground asks the teacher about a batch and fills in the records' boxes. After an
// error the batch is not released: a run that hangs may still read it.
func (j *job) ground(ctx context.Context, batch []*record) error {
	prepared := make([]teacher.Prepared, len(batch))
	for i, rec := range batch {
		prepared[i] = rec.prepared
	}
	answers, err := j.teacher.Ground(ctx, prepared)
	if err != nil {
		return err
	}
	for i, rec := range batch {
		if err := addAnswer(&rec.row, answers[i], j.opts.Output.rawFloor()); err != nil {
			rec.rejectFor(rejectf(schema.ReasonTeacherFailed, "%.400s", oneLine(err)))
		}
		rec.release()
	}
	return nil
}

// oneLine is an error's text, however many lines a runtime or a panic made of it.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// addAnswer stores the teacher's answer: every box whose score is at least floor.
func addAnswer(row *schema.Row, answer teacher.Answer, floor float32) error {
	if answer.Err != nil {
		return answer.Err
	}
	if len(answer.Phrases) != len(row.Phrases) {
		return fmt.Errorf("the teacher gave %d answers to %d phrases", len(answer.Phrases), len(row.Phrases))
	}
	for i := range answer.Phrases {
		if err := addBoxes(&row.Phrases[i], answer.Phrases[i], row.Width, row.Height, floor); err != nil {
			return fmt.Errorf("phrase %q: %w", row.Phrases[i].Text, err)
		}
	}
	return nil
}

func addBoxes(phrase *schema.Phrase, answer teacher.Grounding, width, height int32, floor float32) error {
	boxes, err := storedBoxes(answer.Boxes, width, height, floor)
	if err != nil {
		return err
	}
	if !inUnit(answer.Best) {
		return fmt.Errorf("best score is %v", answer.Best)
	}
	phrase.Boxes, phrase.BestScore = boxes, schema.QuantizeScore(answer.Best)
	if len(boxes) > 0 {
		phrase.BestScore = max(phrase.BestScore, boxes[0].Score)
	}
	if answer.BeyondPrompt {
		phrase.Flags = append(slices.Clip(phrase.Flags), schema.FlagBeyondPrompt)
	}
	return nil
}

// storedBoxes rounds boxes and scores to the stored grid, keeps what lies inside
// the image and has an area there, and orders by falling score. A value that is
// no number or no probability is an error.
func storedBoxes(boxes []schema.ScoredBox, width, height int32, floor float32) ([]schema.ScoredBox, error) {
	var out []schema.ScoredBox
	for _, b := range boxes {
		if !inUnit(b.Score) || !finite(b.Box) {
			return nil, fmt.Errorf("box %v with score %v", b.Box, b.Score)
		}
		stored := schema.ScoredBox{Box: storedBox(b.Box, width, height), Score: schema.QuantizeScore(b.Score)}
		if stored.Score >= floor && stored.X1 < stored.X2 && stored.Y1 < stored.Y2 {
			out = append(out, stored)
		}
	}
	slices.SortStableFunc(out, func(a, b schema.ScoredBox) int { return cmp.Compare(b.Score, a.Score) })
	return out, nil
}

func storedBox(b schema.Box, width, height int32) schema.Box {
	w, h := float32(width), float32(height)
	return schema.Box{
		X1: schema.QuantizePixel(min(max(b.X1, 0), w)),
		Y1: schema.QuantizePixel(min(max(b.Y1, 0), h)),
		X2: schema.QuantizePixel(min(max(b.X2, 0), w)),
		Y2: schema.QuantizePixel(min(max(b.Y2, 0), h)),
	}
}

// inUnit is false for NaN, too.
func inUnit(score float32) bool { return score >= 0 && score <= 1 }

func finite(b schema.Box) bool {
	for _, v := range []float32{b.X1, b.Y1, b.X2, b.Y2} {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return false
		}
	}
	return true
}
