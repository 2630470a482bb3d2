package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// stopwatch is a session that tells the time inside of it, and can pad texts to
// fewer tokens than the model's form does.
type stopwatch struct {
	glip.Session
	tokens int // to which texts are padded, 0 to leave them

	inside   time.Duration // of all runs
	returned int64         // bytes of the last run's outputs, before they are widened
	shape    glip.Workload // of the last run
}

// Run implements glip.Session.
func (s *stopwatch) Run(ctx context.Context, inputs []ort.Tensor, outputs []string) ([]ort.Tensor, error) {
	start := time.Now()
	defer func() { s.inside += time.Since(start) }()
	whole, _ := glip.WorkloadOf(inputs)
	if s.tokens > 0 {
		var err error
		if inputs, err = cutTexts(inputs, s.tokens); err != nil {
			return nil, err
		}
	}
	results, err := s.Session.Run(ctx, inputs, outputs)
	if err != nil {
		return nil, err
	}
	s.shape, _ = glip.WorkloadOf(inputs)
	s.returned = 0
	for _, r := range results {
		s.returned += 4 * elements(r.Shape) // all outputs are of 32 bits
	}
	if s.tokens > 0 {
		return widenLogits(results, whole.Tokens)
	}
	return results, nil
}

// cutTexts leaves the first tokens of each text.
func cutTexts(inputs []ort.Tensor, tokens int) ([]ort.Tensor, error) {
	inputs = slices.Clone(inputs)
	for i, t := range inputs {
		if t.Name != "input_ids" && t.Name != "attention_mask" {
			continue
		}
		ids, err := ort.Values[int64](t)
		if err != nil {
			return nil, err
		}
		width := int(t.Shape[1])
		var cut []int64
		for row := range slices.Chunk(ids, width) {
			if slices.Max(row[tokens:]) > 0 {
				return nil, fmt.Errorf("a text has more than %d tokens", tokens)
			}
			cut = append(cut, row[:tokens]...)
		}
		inputs[i] = ort.NewTensor(t.Name, cut, t.Shape[0], int64(tokens))
	}
	return inputs, nil
}

// widenLogits undoes cutTexts for the model's reader, which asks for no logit of
// what was cut.
func widenLogits(outputs []ort.Tensor, tokens int) ([]ort.Tensor, error) {
	for i, t := range outputs {
		if t.Name != "logits" {
			continue
		}
		logits, err := ort.Values[float32](t)
		if err != nil {
			return nil, err
		}
		width := int(t.Shape[2])
		wide := make([]float32, len(logits)/width*tokens)
		for n := 0; n*width < len(logits); n++ {
			copy(wide[n*tokens:], logits[n*width:][:width])
		}
		outputs[i] = ort.NewTensor(t.Name, wide, t.Shape[0], t.Shape[1], int64(tokens))
	}
	return outputs, nil
}

func elements(shape []int64) int64 {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}
