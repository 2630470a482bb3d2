package page

import (
	"bytes"
	"html/template"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/overlay"
	"github.com/groundmill/groundmill/schema"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1\u202f000", -1234567: "-1\u202f234\u202f567"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	tests := []struct {
		n, of int64
		want  string
	}{{1, 0, "–"}, {0, 3, "0 %"}, {1, 100_000, "<0.01 %"}, {1, 300, "0.33 %"}, {1, 3, "33.3 %"}, {3, 3, "100.0 %"}}
	for _, tt := range tests {
		if got := Share(tt.n, tt.of); got != tt.want {
			t.Errorf("%d of %d is %q, want %q", tt.n, tt.of, got, tt.want)
		}
	}
}

func TestDrawing(t *testing.T) {
	h := Histogram{Title: "t", Bins: []Bin{{From: "0", N: 10, Whole: true}, {From: "1"}, {From: "2", N: 1}, {From: "3", N: 5}}}
	want := Drawing{
		Bars:  []Bar{{53.5, 12, 97, 130}, {153.5, 142, 97, 0}, {253.5, 129, 97, 13}, {353.5, 77, 97, 65}},
		Ticks: []Tick{{102, "0", true}, {152, "1", false}, {252, "2", false}, {352, "3", false}},
		Most:  "10",
	}
	if diff := cmp.Diff(want, h.Drawing()); diff != "" {
		t.Errorf("the drawing is another (-want +got):\n%s", diff)
	}
	if got := (Histogram{Bins: make([]Bin, 40)}).Drawing(); len(got.Ticks) != 4 {
		t.Errorf("40 bars have the labels %v", got.Ticks)
	}
}

// A page has its frame, its own functions, and no text of the data as HTML.
func TestNew(t *testing.T) {
	tmpl := New("test", `{{template "head" .Frame}}<p>{{text .Hostile}} {{own}}</p>{{template "histogram" .Chart}}`,
		template.FuncMap{"own": func() string { return "mine" }})
	var out strings.Builder
	err := tmpl.Execute(&out, map[string]any{
		"Frame": NewFrame("<T>", ".x{}"), "Hostile": "<b>\u202e", "Chart": Histogram{Title: "empty & bare"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>&lt;T&gt;</title>", ".x{}", "&lt;b&gt;⟨U&#43;202E⟩ mine", "<h3>empty &amp; bare</h3>", "There are none."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q", want)
		}
	}
}

func TestThumbnail(t *testing.T) {
	var big bytes.Buffer
	if err := jpeg.Encode(&big, image.NewGray(image.Rect(0, 0, 800, 2)), nil); err != nil {
		t.Fatal(err)
	}
	small, err := Thumbnail(big.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(small)); err != nil || c.Width != thumbnailSide || c.Height != 1 {
		t.Errorf("it has %d × %d pixels, %v", c.Width, c.Height, err)
	}
	if _, err := Thumbnail([]byte("no picture")); err == nil {
		t.Error("what is no picture has a thumbnail")
	}
}

func TestRoom(t *testing.T) {
	row := &schema.Row{Key: "k", Caption: "c", Width: 1, Height: 1}
	picture := append([]byte("\xff\xd8\xff"), make([]byte, 100)...)
	r := &Room{left: 150}
	for i, want := range []bool{true, false} {
		html, err := r.Draw(overlay.Card{Row: row, Image: picture})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(html), "data:image/jpeg"); got != want || strings.Contains(string(html), "the page has enough") == want {
			t.Errorf("card %d has a picture: %v", i, got)
		}
	}
}
