package glip

import (
	"fmt"
	"math"

	"github.com/groundmill/groundmill/teacher"
)

// Default sizes of the released models (mb/config/defaults.py,
// INPUT.MIN_SIZE_TEST and MAX_SIZE_TEST).
const (
	DefaultMinSize = 800
	DefaultMaxSize = 1333
)

// sizeLimit bounds both sizes: a feature map of its square still has fewer
// than 2³¹ elements.
const sizeLimit = 8192

// divisor of padded sizes, the stride of C5.
const divisor = 32

// sizes are the lengths in pixels to which images are resized: the short side
// becomes min, or less so that the long one stays near max.
type sizes struct {
	min, max int
}

func (s sizes) validate() error {
	if s.min < 1 || s.max < s.min || s.max > sizeLimit {
		return fmt.Errorf("glip: image sizes %d and %d: want 1 <= min_size <= max_size <= %d", s.min, s.max, sizeLimit)
	}
	return nil
}

// target returns the size to which an image is resized, by the rule of
// mb/data/transforms/transforms.py (Resize.get_size), whose float64 arithmetic
// it repeats. The long side may end a little over max, because the short one is
// rounded. An image whose short side would vanish gives an error that wraps
// teacher.ErrExtremeAspect.
func (s sizes) target(width, height int) (w, h int, err error) {
	short, long := min(width, height), max(width, height)
	size := s.min
	if float64(long)/float64(short)*float64(s.min) > float64(s.max) {
		size = int(math.RoundToEven(float64(s.max*short) / float64(long)))
	}
	switch {
	case size < 1:
		return 0, 0, fmt.Errorf("%w: %w: %d×%d pixels have no short side left at %d pixels length",
			teacher.ErrExample, teacher.ErrExtremeAspect, width, height, s.max)
	case short == size:
		return width, height, nil
	}
	long = int(float64(size*long) / float64(short))
	if width < height {
		return size, long, nil
	}
	return long, size, nil
}

// padded rounds a size up to what the backbone can halve.
func padded(width, height int) teacher.Shape {
	return teacher.Shape{Height: up(height), Width: up(width)}
}

// up rounds a length up to a multiple of divisor.
func up(n int) int { return (n + divisor - 1) / divisor * divisor }
