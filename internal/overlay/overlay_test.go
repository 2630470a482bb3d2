package overlay

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/schema"
)

func row() *schema.Row {
	return &schema.Row{
		Key: "a<b>", Caption: "Ein <script>alert(1)</script> 🐶 dog \u202eand a cat", Width: 40, Height: 30,
		Phrases: []schema.Phrase{
			{Text: "🐶 dog", Span: schema.Span{Start: 30, End: 35}, BestScore: 0.9, Boxes: []schema.ScoredBox{{Box: schema.Box{X1: 1, Y1: 2, X2: 11, Y2: 22}, Score: 0.9}}},
			{Text: "a cat", Span: schema.Span{Start: 41, End: 46}, BestScore: 0.2},
		},
	}
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWrite(t *testing.T) {
	var out bytes.Buffer
	p := Page{Title: "demo", Facts: []Fact{{"pairs", "1"}}, Cards: []Card{{row(), picture(t)}, {row(), []byte("<svg onload=alert(1)>")}}}
	if err := Write(&out, p); err != nil {
		t.Fatal(err)
	}
	html := out.String()
	for _, want := range []string{
		`href="data:image/png;base64,`,
		`x="1" y="2" width="10" height="20"`,
		`>🐶 dog<sub>1 · 0.90</sub></mark>`,
		`class="p1 none"`,
		`Ein &lt;script&gt;alert(1)&lt;/script&gt;`,
		`a&lt;b&gt; · picture not found`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "onload", "http://", "https://"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

func TestWriteRefusesSpansOutsideTheCaption(t *testing.T) {
	r := row()
	r.Phrases[1].Span = schema.Span{Start: 41, End: 99}
	if err := Write(&bytes.Buffer{}, Page{Cards: []Card{{Row: r}}}); err == nil {
		t.Error("no error")
	}
}

// Other tools may nest phrases: the inner one keeps its boxes.
func TestWriteDrawsOverlappingPhrases(t *testing.T) {
	r := row()
	r.Phrases[1].Span = schema.Span{Start: 32, End: 35}
	r.Phrases[1].Boxes = []schema.ScoredBox{{Box: schema.Box{X1: 3, Y1: 4, X2: 5, Y2: 6}, Score: 0.2}}
	var out strings.Builder
	if err := Write(&out, Page{Cards: []Card{{Row: r}}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `x="3" y="4" width="2" height="2"`) {
		t.Error("the inner phrase's box is not drawn")
	}
}
