package score

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestCaption(t *testing.T) {
	const caption = "two dogs near a man 's hat" // two 0-3, dogs 4-8, a 14-15, man 16-19, hat 23-26
	gold := Gold{caption, []Phrase{{schema.Span{Start: 0, End: 8}, true}, {schema.Span{Start: 14, End: 26}, false}}}
	one := Counts{1, 1, 2}
	tests := []struct {
		name  string
		found []schema.Span
		want  Row
	}{
		{"nothing found", nil, Row{Exact: Counts{0, 0, 2}, Head: Counts{0, 0, 2}, IoU: Counts{0, 0, 2}, Boxed: 1}},
		{"same span", []schema.Span{{Start: 0, End: 8}}, Row{one, one, one, 1, 1, 1}},
		{"same head and half of the span", []schema.Span{{Start: 4, End: 8}},
			Row{Exact: Counts{0, 1, 2}, Head: one, IoU: one, Boxed: 1, BoxedIoU: 1}},
		{"same head only", []schema.Span{{Start: 23, End: 26}},
			Row{Exact: Counts{0, 1, 2}, Head: one, IoU: Counts{0, 1, 2}, Boxed: 1}},
		{"one to one, the better pair first", []schema.Span{{Start: 4, End: 8}, {Start: 0, End: 8}},
			Row{Counts{1, 2, 2}, Counts{1, 2, 2}, Counts{1, 2, 2}, 1, 1, 1}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Caption(gold, tc.found)); diff != "" {
				t.Errorf("row differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeads(t *testing.T) {
	tests := []struct{ name, caption, want string }{
		{"last word", "a red hat", "hat"},
		{"inner apostrophe and hyphen", "the man's t-shirt", "t-shirt"},
		{"a hyphen starts no word", "hat -'s", "s"},
		{"trailing punctuation", "a hat !", "hat"},
		{"beyond the Basic Multilingual Plane", "🐕 café 🐕", "café"},
		{"no word", "?! 🐕", "?! 🐕"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			runes := []rune(tc.caption)
			got := newHeads(tc.caption).of(schema.Span{End: int32(len(runes))})
			if text := string(runes[got.Start:got.End]); text != tc.want {
				t.Errorf("got %q, want %q", text, tc.want)
			}
		})
	}
}

func TestRates(t *testing.T) {
	c := Counts{Matched: 3, Found: 4, Gold: 6}
	got := []float64{c.Precision(), c.Recall(), c.F1(), Counts{}.F1()}
	if diff := cmp.Diff([]float64{0.75, 0.5, 0.6, 0}, got); diff != "" {
		t.Errorf("rates differ (-want +got):\n%s", diff)
	}
}
