package scene

import (
	"archive/zip"
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPictureSetsAreComplete(t *testing.T) {
	sets, err := openSets()
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		for name, p := range set.pictures {
			if VisibleBox(p.plain) != p.plain.Bounds() {
				t.Errorf("%s: %s is not cropped to what is visible", set.Name, name)
			}
			if w, h := p.plain.Rect.Dx(), p.plain.Rect.Dy(); max(w, h) > 96 || min(w, h) < 8 {
				t.Errorf("%s: %s has %dx%d pixels", set.Name, name, w, h)
			}
		}
	}
}

func TestOpenPictureSetsNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "torn.zip"), []byte("PK"), 0o644); err != nil {
		t.Fatal(err)
	}
	for set, want := range map[string]string{"gone": `no picture set "gone"`, "torn": "not a valid zip file"} {
		if _, err := OpenPictureSets(dir, set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("set %s: error %v, want one with %q", set, err, want)
		}
	}
}

func TestReadPictureSetRefuses(t *testing.T) {
	first := Nouns()[0].Drawings[0].Name + ".png"
	for _, c := range []struct {
		name string
		body []byte
		want string
	}{
		{"missing.png", nil, "pictures are missing: airplane.png, "},
		{first, []byte("not a picture"), first + ": png: invalid format"},
		{first, encodePNG(t, image.NewRGBA(image.Rect(0, 0, 9, 9))), first + ": picture shows nothing"},
		{first, encodePNG(t, image.NewGray(image.Rect(0, 0, maxPicture+1, 1))), first + ": picture of 513x1 pixels"},
	} {
		_, err := ReadPictureSet("test", zipOf(t, c.name, c.body))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func FuzzReadPictureSet(f *testing.F) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	if _, err := z.Create("dog.png"); err != nil {
		f.Fatal(err)
	}
	if err := z.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		if set, err := ReadPictureSet("fuzz", z); err == nil && len(set.pictures) < len(Nouns()) {
			t.Errorf("accepted a set of %d pictures", len(set.pictures))
		}
	})
}

func TestVisibleBox(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 10, 8))
	img.SetRGBA(3, 2, color.RGBA{A: 255})
	img.SetRGBA(6, 5, color.RGBA{A: minAlpha})
	img.SetRGBA(9, 7, color.RGBA{A: minAlpha - 1})
	if got, want := VisibleBox(img), image.Rect(3, 2, 7, 6); got != want {
		t.Errorf("visible box %v, want %v", got, want)
	}
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func zipOf(t *testing.T, name string, body []byte) *zip.Reader {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
