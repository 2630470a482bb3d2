package teacher

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// numbered is an item whose shape is a letter: "a3" is item 3 of shape a.
type numbered struct {
	letter byte
	number int
}

func (n numbered) Shape() Shape { return Shape{Height: int(n.letter), Width: 32} }

// batches feeds one item per letter of shapes, skips one per dot and renders
// every batch; "|" separates what came before Flush from what Flush gave.
func batches(shapes string, size, window int) string {
	b := NewBatcher[numbered](size, window)
	var out []string
	render := func(ready [][]numbered) {
		for _, batch := range ready {
			text := string(batch[0].letter)
			for _, item := range batch {
				text += fmt.Sprint(item.number % 10)
			}
			out = append(out, text)
		}
	}
	for i := range len(shapes) {
		if shapes[i] == '.' {
			render(b.Skip())
			continue
		}
		render(b.Add(numbered{shapes[i], i}))
	}
	out = append(out, "|")
	render(b.Flush())
	return strings.Join(out, " ")
}

func TestBatcher(t *testing.T) {
	tests := []struct {
		name, shapes string
		size, window int
		want         string
	}{
		{"nothing", "", 2, 4, "|"},
		{"one shape fills", "aaaaa", 2, 4, "a01 a23 | a4"},
		{"shapes interleave", "abab", 2, 8, "a02 b13 |"},
		{"flush by oldest item", "bac", 2, 8, "| b0 a1 c2"},
		{"window emits the oldest", "abcde", 2, 3, "a0 b1 c2 | d3 e4"},
		{"window counts emitted items too", "abbbbbb", 2, 4, "b12 a0 b34 b56 |"},
		{"full and too old at once", "abcb", 2, 4, "b13 a0 | c2"},
		{"full batch holds the oldest", "abca", 2, 4, "a03 | b1 c2"},
		{"skipped items age the others", "ab...a", 2, 4, "a0 b1 | a5"},
		{"skipped items alone", "...", 2, 2, "|"},
		{"window below size", "aaaa", 8, 2, "a01 a23 |"},
		{"size one", "aba", 1, 1, "a0 b1 a2 |"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := batches(tt.shapes, tt.size, tt.window)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("batches (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBatcherInvariants checks on random input what the documentation promises.
func TestBatcherInvariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		size, window, n := 1+rng.IntN(6), 1+rng.IntN(20), rng.IntN(100)
		b := NewBatcher[numbered](size, window)
		var seen []int
		check := func(ready [][]numbered, added int) {
			for _, batch := range ready {
				if len(batch) == 0 || len(batch) > size {
					t.Fatalf("batch of %d items, size is %d", len(batch), size)
				}
				for i, item := range batch {
					if item.letter != batch[0].letter {
						t.Fatalf("batch mixes shapes: %v", batch)
					}
					if i > 0 && item.number <= batch[i-1].number {
						t.Fatalf("batch out of order: %v", batch)
					}
					if added-item.number > window {
						t.Fatalf("item %d left after %d were added, window is %d", item.number, added, window)
					}
					seen = append(seen, item.number)
				}
			}
		}
		for i := range n {
			check(b.Add(numbered{byte('a' + rng.IntN(4)), i}), i+1)
		}
		check(b.Flush(), n)
		slices.Sort(seen)
		for i, number := range seen {
			if i != number {
				t.Fatalf("items lost or doubled: %v", seen)
			}
		}
		if len(seen) != n {
			t.Fatalf("%d of %d items came out", len(seen), n)
		}
	}
}
