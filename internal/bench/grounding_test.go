package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/evaluate/gold"
	"github.com/groundmill/groundmill/internal/scene"
	"github.com/groundmill/groundmill/schema"
)

// TestRow guards which count stands in which column.
func TestRow(t *testing.T) {
	e := evaluation{scenes: 7, counts: gold.Counts{Present: 10, Hit: 9, Hit75: 8, PresentAbove: 7, Absent: 5, AbsentAbove: 1, Boxes: 20, Matched: 12, Truths: 16}}
	if got, want := e.row("all"), "| all | 7 | 15 | 90.0 | 80.0 | 70.0 | 20.0 | 60.0 | 75.0 |"; got != want {
		t.Errorf("row %q, want %q", got, want)
	}
}

func TestExact(t *testing.T) {
	if diff := cmp.Diff([]schema.Box{{X1: 1, Y1: 2, X2: 3, Y2: 4}}, exact([]scene.Box{{1, 2, 3, 4}})); diff != "" {
		t.Errorf("boxes (-want +got):\n%s", diff)
	}
}
