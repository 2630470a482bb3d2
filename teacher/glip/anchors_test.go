package glip

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher"
)

var boxes = cmp.Options{cmp.AllowUnexported(box{}), cmpopts.EquateApprox(0, 1e-4)}

func TestGrids(t *testing.T) {
	got := grids(teacher.Shape{Height: 128, Width: 224})
	want := [levels]grid{{8, 16, 28, 0}, {16, 8, 14, 448}, {32, 4, 7, 560}, {64, 2, 4, 588}, {128, 1, 2, 596}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(grid{})); diff != "" {
		t.Error(diff)
	}
}

// With zero deltas a box is its anchor.
func TestAnchors(t *testing.T) {
	for stride, want := range map[int]box{
		8: {-28, -28, 35, 35}, 16: {-56, -56, 71, 71}, 32: {-112, -112, 143, 143},
		64: {-224, -224, 287, 287}, 128: {-448, -448, 575, 575},
	} {
		g := grid{stride: stride, rows: 3, columns: 5}
		if diff := cmp.Diff(want, g.decode(0, make([]float32, 4)), boxes); diff != "" {
			t.Error(diff)
		}
		s := float32(stride)
		moved := box{want.x1 + 3*s, want.y1 + 2*s, want.x2 + 3*s, want.y2 + 2*s}
		if diff := cmp.Diff(moved, g.decode(2*5+3, make([]float32, 4)), boxes); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDecode(t *testing.T) {
	g := grid{stride: 8, rows: 20, columns: 20} // anchor [52,12,115,75] is cell (5,10)
	cases := map[string]struct {
		deltas []float32
		want   box
	}{
		"official example": {[]float32{1, -2, 0.5, -0.5}, box{55.0345306, 2.2452026, 124.7654694, 59.1547974}},
		"sizes are capped": {[]float32{0, 0, 1e9, 20.675832783781213}, box{83.5 - 1999.5, 43.5 - 1999.5, 83.5 + 1999.5, 43.5 + 1999.5}},
		"tiny sizes":       {[]float32{0, 0, -1e9, -1e9}, box{84, 44, 83, 43}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, g.decode(5*20+10, c.deltas), cmp.AllowUnexported(box{}), cmpopts.EquateApprox(1e-6, 1e-4)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestIoUCountsInclusivePixels(t *testing.T) {
	cases := []struct {
		a, b box
		want float32
	}{
		{box{0, 0, 9, 9}, box{0, 0, 9, 9}, 1},
		{box{0, 0, 0, 0}, box{0, 0, 0, 0}, 1}, // one pixel
		{box{0, 0, 9, 9}, box{5, 0, 14, 9}, 50.0 / 150},
		{box{0, 0, 9, 9}, box{10, 0, 19, 9}, 0},
		{box{0, 0, 9, 9}, box{9, 9, 19, 19}, 1.0 / (100 + 121 - 1)},
	}
	for _, c := range cases {
		if got := c.a.iou(c.b); math.Abs(float64(got-c.want)) > 1e-6 {
			t.Errorf("%v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestExclusiveBox(t *testing.T) {
	cases := map[string]struct {
		in   box
		want schema.Box
	}{
		"one is added":         {box{10, 20, 30, 40}, schema.Box{X1: 10, Y1: 20, X2: 31, Y2: 41}},
		"whole image":          {box{0, 0, 99, 79}, schema.Box{X2: 100, Y2: 80}},
		"stays inside":         {box{-5, -1, 99.5, 300}, schema.Box{X2: 100, Y2: 80}},
		"inverted box is flat": {box{50, 50, 40, 60}, schema.Box{X1: 50, Y1: 50, X2: 50, Y2: 61}},
		"beyond the edge":      {box{300, 10, 400, 20}, schema.Box{X1: 100, Y1: 10, X2: 100, Y2: 21}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, exclusiveBox(c.in, 100, 80)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
