package teacherbench

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/teacher/wordpiece"
)

func TestPhotos(t *testing.T) {
	photos, err := Photos(3, 800, 600)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Photos(2, 800, 600)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(photos[:2], again); diff != "" {
		t.Error("the same samples differ")
	}
	for i, p := range photos {
		img, err := jpeg.Decode(bytes.NewReader(p.Image))
		if err != nil {
			t.Fatal(err)
		}
		ycc, ok := img.(*image.YCbCr)
		if !ok || ycc.Rect.Size() != image.Pt(800, 600) || ycc.SubsampleRatio != image.YCbCrSubsampleRatio420 {
			t.Errorf("photo %d is %T of %v", i, img, img.Bounds())
		}
		if bits := 8 * float64(len(p.Image)) / (800 * 600); bits < 1.3 || bits > 2.1 {
			t.Errorf("photo %d has %.2f bits a pixel, far from those of photographs", i, bits)
		}
	}
	if bytes.Equal(photos[0].Image, photos[1].Image) {
		t.Error("the first two photos are one")
	}
}

func TestPhotosOfOddSizes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 517}, {517, 3}} {
		if _, err := Photos(1, size[0], size[1]); err != nil {
			t.Errorf("%v: %v", size, err)
		}
	}
	if _, err := Photos(1, 70000, 1); err == nil {
		t.Error("a JPEG was 70,000 pixels wide")
	}
}

// TestCaptions holds them to what the documentation of the figures says.
func TestCaptions(t *testing.T) {
	tokenizer, err := wordpiece.New(wordpiece.UncasedVocab())
	if err != nil {
		t.Fatal(err)
	}
	photos, err := Photos(40, 16, 16)
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[int]int)
	for _, p := range photos {
		if n := len(tokenizer.Encode(p.Text.Caption)) + 2; n != 24 {
			t.Errorf("%q has %d tokens, want 24", p.Text.Caption, n)
		}
		counts[len(p.Text.Phrases)]++
		for _, span := range p.Text.Phrases {
			phrase := p.Text.Caption[span.Start:span.End]
			if words := strings.Fields(phrase); words[0] != "the" || !slices.Contains(nouns, words[len(words)-1]) {
				t.Errorf("%q has the phrase %q", p.Text.Caption, phrase)
			}
		}
	}
	if counts[4] == 0 || counts[5] == 0 || counts[6] == 0 || len(counts) != 3 {
		t.Errorf("captions by their number of phrases: %v, want 4, 5 and 6", counts)
	}
}

// writeTar writes samples of one member each but for those that share a key.
func writeTar(t *testing.T, members ...[3]string) string {
	t.Helper()
	var tar bytes.Buffer
	w := webdataset.NewWriter(&tar)
	for len(members) > 0 {
		n := 1
		for n < len(members) && members[n][0] == members[0][0] {
			n++
		}
		var own []webdataset.Member
		for _, m := range members[:n] {
			own = append(own, webdataset.Member{Ext: m[1], Data: []byte(m[2])})
		}
		if err := w.Write(members[0][0], own...); err != nil {
			t.Fatal(err)
		}
		members = members[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pairs.tar")
	if err := os.WriteFile(path, tar.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// firstWord takes a caption's first word for its only phrase.
func firstWord(caption string) []schema.Span {
	word, _, _ := strings.Cut(caption, " ")
	if word == "" {
		return nil
	}
	return []schema.Span{{Start: 0, End: int32(len(word))}}
}

func TestReadTar(t *testing.T) {
	path := writeTar(t,
		[3]string{"a", "jpg", "A"}, [3]string{"a", "txt", "dogs run\n"},
		[3]string{"b", "txt", "no image"},
		[3]string{"c", "png", "C"}, [3]string{"c", "json", `{"caption": "cats sit", "id": 7}`},
		[3]string{"d", "jpg", "no caption"},
		[3]string{"e", "jpg", "E"}, [3]string{"e", "json", `{"caption": 7}`},
		[3]string{"f", "webp", "F"}, [3]string{"f", "txt", "birds"},
		[3]string{"g", "jpg", "G"}, [3]string{"g", "txt", "fish"},
	)
	got, err := ReadTar(path, 3, firstWord)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got {
		lines = append(lines, string(s.Image)+": "+s.Text.Caption+": "+s.Text.Caption[:s.Text.Phrases[0].End])
	}
	want := []string{"A: dogs run: dogs", "C: cats sit: cats", "F: birds: birds"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestReadTarRefuses(t *testing.T) {
	noTar := filepath.Join(t.TempDir(), "text.tar")
	if err := os.WriteFile(noTar, bytes.Repeat([]byte("text "), 400), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		writeTar(t, [3]string{"a", "txt", "no image"}): "no sample has an image and a caption with a phrase",
		noTar:         "text.tar",
		"missing.tar": "missing.tar",
	}
	for path, want := range tests {
		if _, err := ReadTar(path, 9, firstWord); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
}
