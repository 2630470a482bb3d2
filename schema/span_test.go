package schema

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRuneSpans(t *testing.T) {
	const text = "é 北京 🐕 end"
	got := RuneSpans(text, []ByteSpan{{0, 2}, {3, 9}, {3, 6}, {10, 14}, {15, 18}})
	want := []Span{{0, 1}, {2, 4}, {2, 3}, {5, 6}, {7, 10}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans differ (-want +got):\n%s", diff)
	}
}

func TestSlice(t *testing.T) {
	tests := []struct {
		name string
		text string
		span Span
		want string
		ok   bool
	}{
		{"ascii", "a dog", Span{2, 5}, "dog", true},
		{"all", "é北🐕", Span{0, 3}, "é北🐕", true},
		{"empty at the end", "é", Span{1, 1}, "", true},
		{"past the end", "é", Span{1, 2}, "", false},
		{"starts past the end", "é", Span{2, 2}, "", false},
		{"inverted", "dog", Span{2, 1}, "", false},
		{"negative", "dog", Span{-1, 1}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := test.span.Slice(test.text)
			if got != test.want || ok != test.ok {
				t.Errorf("Slice = %q, %v; want %q, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

// TestSpanSlicer holds the slicer to Span.Slice, spans in any order.
func TestSpanSlicer(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, text := range []string{"", "plain", "é 北京 🐕 end", "bad \xff\xc3 bytes"} {
		slicer := newSpanSlicer(text)
		for range 500 {
			span := Span{int32(rng.IntN(16) - 1), int32(rng.IntN(16) - 1)}
			got, gotOK := slicer.slice(span)
			want, wantOK := span.Slice(text)
			if got != want || gotOK != wantOK {
				t.Fatalf("%q %v: %q, %v; want %q, %v", text, span, got, gotOK, want, wantOK)
			}
		}
	}
}

func TestSpanIoU(t *testing.T) {
	tests := []struct {
		name string
		a, b Span
		want float64
	}{
		{"same", Span{3, 7}, Span{3, 7}, 1},
		{"half of the longer", Span{0, 8}, Span{4, 8}, 0.5},
		{"shifted", Span{0, 4}, Span{2, 6}, 1. / 3},
		{"touching", Span{0, 4}, Span{4, 6}, 0},
		{"apart", Span{0, 1}, Span{5, 6}, 0},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if got, back := tc.a.IoU(tc.b), tc.b.IoU(tc.a); got != tc.want || back != tc.want {
				t.Errorf("got %v and %v, want %v", got, back, tc.want)
			}
		})
	}
}
