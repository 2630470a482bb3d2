package schema

import (
	"math"
	"testing"
)

func TestIoU(t *testing.T) {
	tests := []struct {
		name string
		a, b Box
		want float32
	}{
		{"equal", Box{1, 1, 3, 4}, Box{1, 1, 3, 4}, 1},
		{"half", Box{0, 0, 2, 1}, Box{0, 0, 1, 1}, 0.5},
		{"a third", Box{0, 0, 2, 1}, Box{1, 0, 3, 1}, 1.0 / 3},
		{"touching", Box{0, 0, 1, 1}, Box{1, 0, 2, 1}, 0},
		{"apart", Box{0, 0, 1, 1}, Box{5, 5, 6, 6}, 0},
		{"both empty", Box{1, 1, 1, 1}, Box{1, 1, 1, 1}, 0},
		{"inverted", Box{2, 2, 1, 1}, Box{0, 0, 3, 3}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.a.IoU(test.b); got != test.want {
				t.Errorf("IoU = %v, want %v", got, test.want)
			}
			if got := test.b.IoU(test.a); got != test.want {
				t.Errorf("swapped: IoU = %v, want %v", got, test.want)
			}
		})
	}
}

func TestQuantized(t *testing.T) {
	got := ScoredBox{Box{-0.001, 0.0079, 2.99, 1e5}, 0.123449}.Quantized()
	want := ScoredBox{Box{0, 0.015625, 2.984375, 1e5}, 0.1234}
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if math.Signbit(float64(got.X1)) {
		t.Error("x1 is a negative zero")
	}
	if again := got.Quantized(); again != got {
		t.Errorf("quantizing again gives %v", again)
	}
}

func TestEveryStoredScoreStays(t *testing.T) {
	for i := range 10_001 {
		s := float32(float64(i) / 1e4)
		if QuantizeScore(s) != s {
			t.Fatalf("%v becomes %v", s, QuantizeScore(s))
		}
	}
}
