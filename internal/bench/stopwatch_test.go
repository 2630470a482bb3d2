package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/ort"
)

func TestCutTexts(t *testing.T) {
	pixels := ort.NewTensor("pixels", []uint8{1}, 1)
	inputs := []ort.Tensor{
		pixels,
		ort.NewTensor("input_ids", []int64{7, 8, 0, 0, 9, 0, 0, 0}, 2, 4),
		ort.NewTensor("attention_mask", []int64{1, 1, 0, 0, 1, 0, 0, 0}, 2, 4),
	}
	got, err := cutTexts(inputs, 2)
	want := []ort.Tensor{
		pixels,
		ort.NewTensor("input_ids", []int64{7, 8, 9, 0}, 2, 2),
		ort.NewTensor("attention_mask", []int64{1, 1, 1, 0}, 2, 2),
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("inputs (-want +got), error %v:\n%s", err, diff)
	}
	if _, err := cutTexts(inputs, 1); err == nil {
		t.Error("a token was lost")
	}
}

func TestWidenLogits(t *testing.T) {
	boxes := ort.NewTensor("bbox", []float32{1}, 1)
	got, err := widenLogits([]ort.Tensor{ort.NewTensor("logits", []float32{1, 2, 3, 4}, 1, 2, 2), boxes}, 3)
	want := []ort.Tensor{ort.NewTensor("logits", []float32{1, 2, 0, 3, 4, 0}, 1, 2, 3), boxes}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("outputs (-want +got), error %v:\n%s", err, diff)
	}
}
