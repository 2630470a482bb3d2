package glip

import (
	"testing"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/ort"
)

// Whatever a batch looks like, one of the two engines takes it.
func TestProfilesTakeEveryBatch(t *testing.T) {
	limits := sizes{DefaultMinSize, DefaultMaxSize}
	for _, f := range []form{denseForm{256}, candidateForm{256}} {
		list := profiles(limits, f, 8)
		for i, p := range list {
			if err := (ort.Provider{Profiles: []ort.ShapeProfile{p}}).Validate(); err != nil {
				t.Errorf("profile %d: %v", i, err)
			}
		}
		for _, size := range [][2]int{{640, 480}, {480, 640}, {800, 800}, {1920, 1080}, {100, 3000}, {3000, 100}, {1333, 800}, {801, 799}} {
			width, height, err := limits.target(size[0], size[1])
			if err != nil {
				t.Fatal(err)
			}
			for _, texts := range []int{1, 8} {
				for _, tokens := range []int{3, 100, 256} {
					if b := batchOf(padded(width, height), texts, tokens); !taken(list, f, b) {
						t.Errorf("%T: no engine for %v, %d texts of %d tokens", f, b.shape, texts, tokens)
					}
				}
			}
		}
	}
}

// batchOf makes a batch of equal texts that are one phrase each, a pixmap a text.
func batchOf(shape teacher.Shape, texts, tokens int) *batch {
	var q []query
	for range texts {
		p := prompt{ids: make([]int64, tokens), columns: [][]int32{make([]int32, tokens)}}
		for i := range p.columns[0] {
			p.columns[0][i] = int32(i)
		}
		image := &teacher.RGB{Width: 1, Height: 1, Pix: make([]byte, 3)}
		q = append(q, query{prepared: &prepared{pixmap: &pixmap{frame: frame{shape: shape}, image: image}}, prompt: p})
	}
	return newBatch(q, tokens, nil)
}

// taken says whether one profile takes all inputs that a form makes of a batch.
func taken(list []ort.ShapeProfile, f form, b *batch) bool {
	b = f.batch(b.queries)
	for _, p := range list {
		fits := true
		for _, in := range b.inputs(new([]uint8), 0.05) {
			fits = fits && within(p[in.Name], in.Shape)
		}
		if fits {
			return true
		}
	}
	return false
}

func within(r ort.ShapeRange, shape []int64) bool {
	if len(r.Opt) != len(shape) {
		return len(r.Opt) == 0 // fixed shapes are in no profile
	}
	for i, n := range shape {
		if n < r.Min[i] || n > r.Max[i] {
			return false
		}
	}
	return true
}
