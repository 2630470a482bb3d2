package overlay

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"unicode/utf8"

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
	p := Page{Title: "demo", Facts: []Fact{{"pairs", "1"}}, Cards: []Card{{Row: row(), Image: picture(t)}, {Row: row(), Image: []byte("<svg onload=alert(1)>")}}}
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
		`<bdi>a&lt;b&gt;</bdi> · picture not found`,
		`⟨U&#43;202E⟩`,
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

func TestVisible(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "a dog é 🐶", "a dog é 🐶"},
		{"control characters", "a\x00b\x1b[2J\x7f\n", "a⟨U+0000⟩b⟨U+001B⟩[2J⟨U+007F⟩⟨U+000A⟩"},
		{"direction", "a\u202eb\u2066c\u200fd", "a⟨U+202E⟩b⟨U+2066⟩c⟨U+200F⟩d"},
		{"no width", "a\u200bb\ufeffc", "a⟨U+200B⟩b⟨U+FEFF⟩c"},
		{"joined emoji", "👩\u200d🚀", "👩\u200d🚀"},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
		{"both", "\x01\xff", "⟨U+0001⟩\uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Visible(tt.text); got != tt.want {
				t.Errorf("visible text is %q, want %q", got, tt.want)
			}
		})
	}
}

// A caption of 100 kB takes no more of the page than a long one.
func TestDrawCutsLongText(t *testing.T) {
	r := row()
	r.Caption += strings.Repeat("é", 100_000)
	r.Key = strings.Repeat("k", 5000)
	html, err := Draw(Card{Row: r, Note: "from a test", Focus: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the caption has 100046 characters; its beginning is shown", "é…</p>", "k…</bdi>", "from a test", `class="p0 focus"`} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the card lacks %q", want)
		}
	}
	if len(html) > 6000 {
		t.Errorf("the card has %d bytes", len(html))
	}
}

// Strong boxes are drawn stronger, and no others.
func TestDrawStrongBoxes(t *testing.T) {
	r := row()
	r.Phrases[0].Boxes = append(r.Phrases[0].Boxes, schema.ScoredBox{Box: schema.Box{X1: 7, Y1: 7, X2: 9, Y2: 9}, Score: 0.5})
	html, err := Draw(Card{Row: r, Strong: []BoxNumber{{Phrase: 0, Box: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(html), `class="p0 focus" x="7"`); n != 1 || strings.Count(string(html), `class="p0 focus"`) != 1 {
		t.Errorf("not the second box alone is strong: %s", html)
	}
}

func TestShorten(t *testing.T) {
	tests := []struct {
		text string
		n    int
		want string
	}{
		{"dog", 3, "dog"}, {"dogs", 3, "do… (4 characters)"}, {"éàü", 3, "éàü"}, {"éàüö", 3, "éà… (4 characters)"}, {"", 1, ""},
	}
	for _, tt := range tests {
		if got := Shorten(tt.text, tt.n); got != tt.want {
			t.Errorf("Shorten(%q, %d) is %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, text := range []string{"a dog", "\x00\u202e\xff", "👩\u200d🚀"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, hidden) {
			t.Errorf("%q becomes %q", text, got)
		}
		if again := Visible(got); again != got {
			t.Errorf("%q becomes another text, %q", got, again)
		}
		if short := Shorten(got, 5); utf8.RuneCountInString(got) <= 5 && short != got {
			t.Errorf("%q is cut to %q", got, short)
		}
	})
}
