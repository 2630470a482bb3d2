package audit

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/page/pagetest"
	"github.com/groundmill/groundmill/internal/picture"
)

// illustrated is the page of the small run with its pictures.
func illustrated(t *testing.T) string {
	t.Helper()
	r := run(t, smallRun(t), Options{})
	if err := r.FindPictures(context.Background(), picture.None()); err != nil {
		t.Fatal(err)
	}
	return pageOf(t, r)
}

// The page of a hostile run asks for nothing, complains about nothing and runs
// nothing, and what is hostile is there to be read.
func TestBrowserHostileText(t *testing.T) {
	b := pagetest.Open(t, illustrated(t))
	if got := pagetest.Ask[string](t, b, `document.title`); !strings.HasPrefix(got, "Audit of ") {
		t.Errorf("the title is %q", got)
	}
	text := pagetest.Ask[string](t, b, `document.body.innerText`)
	for _, want := range []string{"<script>document.title='owned'</script><img src=x onerror=alert(1)>", `"></title></style>`, "⟨U+202E⟩god a⟨U+202C⟩", "tab⟨U+0000⟩nul⟨U+001B⟩[31m", "{{.Secret}} ${x} </svg></bdi>", "کلب أسود", "the caption has 100003 characters; its beginning is shown", "</td><script>1</script>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	b.CheckHarmless(t)
}

// Headings are in order, one h1, none skipped; the first Tab reaches the skip link,
// later ones links, charts' numbers and samples, in the order of the page.
func TestBrowserKeyboard(t *testing.T) {
	b := pagetest.Open(t, illustrated(t))
	b.CheckHeadings(t)
	b.CheckTabs(t, 60, "A.", "SUMMARY.", "ARTICLE.pair")
}

// Text can be read in both colour schemes and at both widths.
func TestBrowserColoursAndWidths(t *testing.T) {
	b := pagetest.Open(t, illustrated(t))
	b.CheckContrast(t, "body", ".lead", "h4", "dt", "dd small", "a", "summary", ".quiet", ".bad", "thead th", "td", "p.caption", "p.note", "mark sub", "svg.chart text")
	b.CheckWidths(t, ".panel, .pair")
}

// Nothing changes where scripts are off.
func TestBrowserWithoutScripts(t *testing.T) {
	page := illustrated(t)
	if diff := cmp.Diff(pagetest.Open(t, page).Text(t), pagetest.TextWithoutScripts(t, page)); diff != "" {
		t.Errorf("without scripts the page is another (-with +without):\n%.2000s", diff)
	}
}
