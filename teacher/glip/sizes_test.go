package glip

import (
	"errors"
	"testing"

	"github.com/groundmill/groundmill/teacher"
)

func TestTarget(t *testing.T) {
	cases := []struct {
		width, height int
		wantW, wantH  int
		wantShape     teacher.Shape
	}{
		{640, 480, 1066, 800, teacher.Shape{Height: 800, Width: 1088}},
		{500, 375, 1066, 800, teacher.Shape{Height: 800, Width: 1088}},
		{1024, 683, 1199, 800, teacher.Shape{Height: 800, Width: 1216}},
		{480, 640, 800, 1066, teacher.Shape{Height: 1088, Width: 800}},
		{1920, 1080, 1333, 750, teacher.Shape{Height: 768, Width: 1344}},
		{2000, 300, 1333, 200, teacher.Shape{Height: 224, Width: 1344}},
		{333, 500, 800, 1201, teacher.Shape{Height: 1216, Width: 800}},
		{1333, 800, 1333, 800, teacher.Shape{Height: 800, Width: 1344}},
		{100, 3000, 44, 1320, teacher.Shape{Height: 1344, Width: 64}},
		{1, 1, 800, 800, teacher.Shape{Height: 800, Width: 800}},
		{1, 2000, 1, 2000, teacher.Shape{Height: 2016, Width: 32}}, // the short side already has its size
		{2665, 1, 2665, 1, teacher.Shape{Height: 32, Width: 2688}},
		{1600, 1600, 800, 800, teacher.Shape{Height: 800, Width: 800}},
	}
	s := sizes{DefaultMinSize, DefaultMaxSize}
	for _, c := range cases {
		w, h, err := s.target(c.width, c.height)
		if err != nil {
			t.Errorf("%d×%d: %v", c.width, c.height, err)
			continue
		}
		if w != c.wantW || h != c.wantH || padded(w, h) != c.wantShape {
			t.Errorf("%d×%d: %d×%d in %v, want %d×%d in %v", c.width, c.height, w, h, padded(w, h), c.wantW, c.wantH, c.wantShape)
		}
	}
}

func TestTargetRefusesExtremes(t *testing.T) {
	for _, size := range [][2]int{{1, 4000}, {4000, 1}, {2666, 1}, {3, 8001}} {
		_, _, err := sizes{800, 1333}.target(size[0], size[1])
		if !errors.Is(err, teacher.ErrExtremeAspect) || !errors.Is(err, teacher.ErrExample) {
			t.Errorf("%v: error %v", size, err)
		}
	}
}

func TestSizesValidate(t *testing.T) {
	for s, ok := range map[sizes]bool{
		{800, 1333}: true, {1, 1}: true, {128, 213}: true,
		{}: false, {0, 10}: false, {10, 9}: false, {-1, 10}: false, {800, 100000}: false,
	} {
		if err := s.validate(); (err == nil) != ok {
			t.Errorf("%v: error %v", s, err)
		}
	}
}

func FuzzTarget(f *testing.F) {
	f.Add(640, 480, 800, 1333)
	f.Add(1, 4000, 800, 1333)
	f.Fuzz(func(t *testing.T, width, height, least, most int) {
		s := sizes{least, most}
		if s.validate() != nil || width < 1 || height < 1 || width > 1<<20 || height > 1<<20 {
			t.Skip()
		}
		w, h, err := s.target(width, height)
		if err != nil {
			return
		}
		if short := min(w, h); short < 1 || short > least || (w < h) != (width < height) && w != h {
			t.Errorf("%d×%d became %d×%d", width, height, w, h)
		}
		if long := max(w, h); long > 2*most+1 {
			t.Errorf("%d×%d became %d×%d, over twice %d", width, height, w, h, most)
		}
	})
}
