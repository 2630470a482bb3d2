package diff

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/page/pagetest"
	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/schema"
)

// hostileRows are two versions of rows with hostile texts and pictures of their own,
// with all kinds of changes.
func hostileRows() (a, b []*schema.Row) {
	for i, text := range pagetest.Hostile {
		row := newRow("", text[:min(len(text), 300)], named(text, at(10, 10, 50, 50, 0.75)), named("a dog", at(0, 0, 9, 9, 0.5)), named("a cat"))
		embed(row, byte(40*i))
		other := copyOf(row)
		other.Phrases[0].Boxes = []schema.ScoredBox{at(10, 10, 50, 45, 0.625), at(70, 70, 20, 20, 0.5)}
		other.Phrases[1].Boxes = nil
		other.Phrases[2] = withBoxes(other.Phrases[2], at(1, 1, 5, 5, 0.5))
		switch i % 3 {
		case 1:
			other.Phrases[0].Boxes = []schema.ScoredBox{at(10, 10, 50, 50, 0.625)}
		case 2:
			other.Caption += " again"
		}
		a, b = append(a, row), append(b, other)
	}
	return a, b
}

func withBoxes(p schema.Phrase, boxes ...schema.ScoredBox) schema.Phrase {
	p.Boxes, p.BestScore = boxes, boxes[0].Score
	return p
}

// embed gives a row a picture of its own.
func embed(row *schema.Row, shade byte) {
	m := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range m.Pix {
		m.Pix[i] = byte(i/97) + shade
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	row.Image, row.ImageSHA256 = &schema.EncodedImage{Bytes: out.Bytes()}, digestOf(out.Bytes())
}

// illustrated is the page of the hostile rows with their pictures.
func illustrated(t *testing.T) string {
	t.Helper()
	a, b := hostileRows()
	r := run(t, newSet(t, a, 3), newSet(t, b), Options{Samples: 7})
	if err := r.FindPictures(context.Background(), picture.None()); err != nil {
		t.Fatal(err)
	}
	if images := r.shownImages(); len(r.pictures) != images || images != len(a) {
		t.Errorf("%d of %d pictures found", len(r.pictures), images)
	}
	r.A.Location, r.Provenance = "sets/<b>", Provenance{true, true, []Difference{{"config.a", "<i>", strings.Repeat("f", 64)}}}
	return pageOf(t, r)
}

// The page of hostile rows asks for nothing, complains about nothing and runs
// nothing, and what is hostile is there to be read.
func TestBrowserHostileText(t *testing.T) {
	b := pagetest.Open(t, illustrated(t))
	if got := pagetest.Ask[string](t, b, `document.title`); got != "Difference of <b> and b" {
		t.Errorf("the title is %q", got)
	}
	text := pagetest.Ask[string](t, b, `document.body.innerText`)
	for _, want := range []string{"<script>document.title='owned'</script><img src=x onerror=alert(1)>", `"></title></style>`, "⟨U+202E⟩god a⟨U+202C⟩", "tab⟨U+0000⟩nul⟨U+001B⟩[31m", "{{.Secret}} ${x} </svg></bdi>", "کلب أسود", "(100003 characters)", "<i>", "ffffffffffff…"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	b.CheckHarmless(t)
}

// The page can be used with the keyboard alone, in its order.
func TestBrowserKeyboard(t *testing.T) {
	b := pagetest.Open(t, illustrated(t))
	b.CheckHeadings(t)
	b.CheckTabs(t, 40, "A.", "SUMMARY.", "DIV.scroll", "ARTICLE.pair")
}

// Text can be read in both colour schemes and at both widths.
func TestBrowserColoursAndWidths(t *testing.T) {
	b := pagetest.Open(t, illustrated(t))
	b.CheckContrast(t, "body", ".lead", "h4", "dt", "dd small", "a", "summary", ".quiet", "thead th", "td", "tfoot td", ".which", ".change li", "p.caption", "p.note", "mark sub", "svg.chart text")
	b.CheckWidths(t, ".panel, .pair, .side")
}

// Nothing changes where scripts are off.
func TestBrowserWithoutScripts(t *testing.T) {
	page := illustrated(t)
	if diff := cmp.Diff(pagetest.Open(t, page).Text(t), pagetest.TextWithoutScripts(t, page)); diff != "" {
		t.Errorf("without scripts the page is another (-with +without):\n%.2000s", diff)
	}
}
