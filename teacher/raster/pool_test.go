package raster

import (
	"bytes"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher"
)

func TestRecycleEmptiesTheRaster(t *testing.T) {
	m := newRGB(100, 80)
	Recycle(m)
	if diff := cmp.Diff(&teacher.RGB{}, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	Recycle(m) // and a second time
	Recycle(nil)
}

// TestRecycledPixelsHaveOneOwner recycles everything twice, and strange rasters
// besides.
func TestRecycledPixelsHaveOneOwner(t *testing.T) {
	for range 20 {
		m := newRGB(64, 64)
		Recycle(m)
		Recycle(m)
		Recycle(&teacher.RGB{Width: 40, Height: 40, Pix: make([]byte, 4800)})
		Recycle(&teacher.RGB{Width: 1, Height: 1, Pix: newRGB(64, 64).Pix[3:6]})
		a, b := newRGB(64, 64), newRGB(64, 64)
		if &a.Pix[0] == &b.Pix[0] || len(a.Pix) != 3*64*64 || len(b.Pix) != 3*64*64 {
			t.Fatalf("%d and %d bytes at %p and %p", len(a.Pix), len(b.Pix), &a.Pix[0], &b.Pix[0])
		}
	}
}

// TestGoroutinesShareNoPixels scribbles over results and looks whether they keep
// what was scribbled.
func TestGoroutinesShareNoPixels(t *testing.T) {
	data := readFile(t, "testdata/decode/ycc420.jpg")
	first, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := Resize(first.RGB, 61, 40)
	var group sync.WaitGroup
	for id := range 8 {
		group.Go(func() {
			for range 50 {
				img, err := Decode(data, Limits{})
				if err != nil {
					t.Error(err)
					return
				}
				got := Resize(img.RGB, 61, 40)
				if !bytes.Equal(got.Pix, want.Pix) {
					t.Error("another image")
				}
				scribble(t, img.RGB, byte(id))
				scribble(t, got, byte(id+100))
			}
		})
	}
	group.Wait()
}

func scribble(t *testing.T, m *teacher.RGB, v byte) {
	fill(m.Pix, v)
	runtime.Gosched()
	if bytes.Count(m.Pix, []byte{v}) != len(m.Pix) {
		t.Error("the pixels are shared")
	}
	Recycle(m)
}

func TestSizeClasses(t *testing.T) {
	last := -1
	for n := range 1 << 17 {
		class, size := sizeClass(n)
		if size < n || class >= 0 && size > n+n/4 || class < 0 && (size != n || n > 1<<minBits) {
			t.Fatalf("%d bytes get %d of class %d", n, size, class)
		}
		if again, same := sizeClass(size); again != class || same != size || class < last || class > last+1 {
			t.Fatalf("%d bytes: class %d of %d bytes after class %d; its size gives class %d of %d bytes", n, class, size, last, again, same)
		}
		last = class
	}
	if class, size := sizeClass(1<<62 - 1); class >= len(pools) || size != 1<<62 {
		t.Errorf("class %d of %d", class, size)
	}
}

func TestRecycledPixelsAreOverwritten(t *testing.T) {
	for range 3 {
		m := newRGB(100, 60)
		fill(m.Pix, 7)
		Recycle(m)
		if got := Resize(new(teacher.RGB), 100, 60); bytes.Count(got.Pix, []byte{0}) != len(got.Pix) {
			t.Error("a raster of nothing shows old pixels")
		}
	}
}
