package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/groundmill/groundmill/internal/scene"
)

// TestPackCanBeRead builds a set of one picture for all and reads it as the generator does.
func TestPackCanBeRead(t *testing.T) {
	var body bytes.Buffer
	img := image.NewNRGBA(image.Rect(0, 0, 20, 20))
	img.SetNRGBA(4, 4, color.NRGBA{R: 200, A: 255})
	if err := png.Encode(&body, img); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, n := range scene.Nouns() {
		for _, d := range n.Drawings {
			files[d.Code] = body.Bytes()
		}
	}
	s := source{set: "test", decode: png.Decode, levels: 256}
	raw, err := pack(s, files)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	drawing := func(f *zip.File) string { return strings.TrimSuffix(f.Name, ".png") }
	if !slices.IsSortedFunc(z.File, func(a, b *zip.File) int { return strings.Compare(drawing(a), drawing(b)) }) {
		t.Error("the archive isn't sorted")
	}
	if _, err := scene.ReadPictureSet("test", z); err != nil {
		t.Error(err)
	}
	delete(files, scene.Nouns()[0].Drawings[0].Code)
	if _, err := pack(s, files); err == nil || !strings.Contains(err.Error(), "no picture for "+scene.Nouns()[0].Drawings[0].Name) {
		t.Errorf("a missing picture: error %v", err)
	}
}

func TestReadRefusesAnAlteredTarball(t *testing.T) {
	dir := t.TempDir()
	s := sources[0]
	if _, err := s.read(dir); err == nil || !strings.Contains(err.Error(), "npm pack") {
		t.Errorf("no tarball: error %v, want the remedy", err)
	}
	if err := os.WriteFile(filepath.Join(dir, s.tarball), []byte("altered"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.read(dir); err == nil || !strings.Contains(err.Error(), "has SHA-512") {
		t.Errorf("altered tarball: error %v", err)
	}
}

func TestPicturesOfOneFolder(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, name := range []string{"package/img/1f415.png", "package/img/big/1f436.png", "package/1f98a.png"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: 1, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := source{dir: "package/img"}.pictures(tar.NewReader(&buf))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]byte{"1f415": []byte("x")}, got); diff != "" {
		t.Errorf("pictures (-want +got):\n%s", diff)
	}
}

func TestFindWithAndWithoutVariationSelector(t *testing.T) {
	files := map[string][]byte{"2702": []byte("scissors"), "2708-fe0f": []byte("airplane")}
	for code, want := range map[string]string{"2702-fe0f": "scissors", "2708": "airplane", "1f415": ""} {
		if got := string(find(files, code)); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
}

func TestShrink(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	for y := 20; y < 70; y++ {
		for x := 10; x < 210; x++ {
			img.SetNRGBA(x, y, color.NRGBA{R: 100, G: 150, B: 200, A: 255})
		}
	}
	got := shrink(img, 32)
	if got.Rect != image.Rect(0, 0, 96, 24) {
		t.Errorf("bounds %v, want 96x24", got.Rect)
	}
	if c, want := got.NRGBAAt(48, 12), (color.NRGBA{R: 99, G: 148, B: 197, A: 255}); c != want {
		t.Errorf("colour %v, want %v", c, want)
	}
}

func TestLevel(t *testing.T) {
	for v := range 256 {
		if got := level(uint8(v), 256); int(got) != v {
			t.Errorf("256 levels: %d became %d", v, got)
		}
		if got := int(level(uint8(v), 32)); got > v+5 || got < v-5 {
			t.Errorf("32 levels: %d became %d", v, got)
		}
	}
	if level(0, 32) != 0 || level(255, 32) != 255 {
		t.Error("32 levels: the ends moved")
	}
}
