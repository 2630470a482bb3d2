package raster

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/groundmill/groundmill/teacher"
)

func TestResizeEqualsPillow(t *testing.T) {
	paths, err := filepath.Glob("testdata/resize/*.png")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	var r Resizer // shared, so that its buffers shrink and grow
	for _, path := range paths {
		var sw, sh, dw, dh int
		if _, err := fmt.Sscanf(filepath.Base(path), "%dx%d-%dx%d.png", &sw, &sh, &dw, &dh); err != nil {
			t.Fatal(err)
		}
		want := readPNG(t, path)
		if largest, n := difference(t, Resize(noise(sw, sh), dw, dh), want); n != 0 {
			t.Errorf("%s: %d samples differ, by up to %d", path, n, largest)
		}
		got := newRGB(dw, dh)
		r.Resize(got, noise(sw, sh))
		if largest, n := difference(t, got, want); n != 0 {
			t.Errorf("%s, reused buffers: %d samples differ, by up to %d", path, n, largest)
		}
	}
}

func TestResizeOfLargeImagesEqualsPillow(t *testing.T) {
	var cases []struct {
		Src, Dst [2]int
		SHA256   string
	}
	if err := json.Unmarshal(readFile(t, "testdata/resize/digests.json"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got := sha256.Sum256(Resize(noise(c.Src[0], c.Src[1]), c.Dst[0], c.Dst[1]).Pix)
		if hex.EncodeToString(got[:]) != c.SHA256 {
			t.Errorf("%v to %v differs from Pillow", c.Src, c.Dst)
		}
	}
}

func TestResizeOfNothing(t *testing.T) {
	if got := Resize(noise(4, 4), 0, 7); len(got.Pix) != 0 {
		t.Errorf("%d bytes", len(got.Pix))
	}
	if got := Resize(newRGB(0, 3), 2, 1); len(got.Pix) != 6 {
		t.Errorf("%d bytes", len(got.Pix))
	}
}

// TestResizeOfManyTapsStaysInRange shrinks white to a pixel: more rows than
// lanes may sum.
func TestResizeOfManyTapsStaysInRange(t *testing.T) {
	src := newRGB(8, 20000)
	fill(src.Pix, 255)
	for _, v := range Resize(src, 8, 1).Pix {
		if v < 250 {
			t.Fatalf("white became %d", v)
		}
	}
}

func TestResizerDoesNotAllocate(t *testing.T) {
	src, dst := noise(64, 48), newRGB(100, 80)
	var r Resizer
	r.Resize(dst, src)
	if n := testing.AllocsPerRun(5, func() { r.Resize(dst, src) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestResizeOfReferenceImages compares with the images that the reference GLIP
// was run on.
func TestResizeOfReferenceImages(t *testing.T) {
	folder := "../../../shared/data/glip"
	text, err := os.ReadFile(filepath.Join(folder, "glip-mini.json"))
	if err != nil {
		t.Skipf("no reference tensors: %v", err)
	}
	var ref reference
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	data := readFile(t, folder, "glip-mini.bin")
	for _, c := range ref.Cases {
		for i := range c.Images {
			original := ref.image(t, data, fmt.Sprintf("%s/image%d", c.Name, i))
			resized := ref.image(t, data, fmt.Sprintf("%s/resized%d", c.Name, i))
			if _, n := difference(t, Resize(original, resized.Width, resized.Height), resized); n != 0 {
				t.Errorf("%s image %d: %d samples differ", c.Name, i, n)
			}
		}
	}
}

type reference struct {
	Tensors map[string]struct {
		Shape         []int
		Offset, Bytes int
	}
	Cases []struct {
		Name   string
		Images []any
	}
}

func (r *reference) image(t *testing.T, data []byte, name string) *teacher.RGB {
	t.Helper()
	e, ok := r.Tensors[name]
	if !ok || len(e.Shape) != 3 || e.Shape[2] != 3 {
		t.Fatalf("no image %q", name)
	}
	return &teacher.RGB{Width: e.Shape[1], Height: e.Shape[0], Pix: data[e.Offset : e.Offset+e.Bytes]}
}
