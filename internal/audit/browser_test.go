package audit

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/picture"
)

// browsers are the names under which Chromium is installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// browser is a page in Chromium with all that it complained about and asked for.
type browser struct {
	context.Context
	mu       sync.Mutex
	messages []string
	requests []string
}

// openPage writes a page to disk and opens it.
func openPage(t *testing.T, page string) *browser {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t)
	do(t, b, chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+path), chromedp.WaitReady("body"))
	return b
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findBrowser(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	b := &browser{}
	ctx, stopTab := chromedp.NewContext(ctx, chromedp.WithListener(b.note))
	t.Cleanup(stopTab)
	if err := chromedp.Do(ctx); err != nil { // starts it
		t.Fatal(err)
	}
	ctx, stopTimer := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stopTimer)
	b.Context = ctx
	return b
}

// findBrowser skips the test where there is no Chromium, unless one is required.
func findBrowser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	message := "there is no Chromium to look at the page with; install the package chromium"
	if os.Getenv("GROUNDMILL_REQUIRE_CHROMIUM") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		b.messages = append(b.messages, fmt.Sprint("console: ", e.Type))
	case *runtime.EventExceptionThrown:
		b.messages = append(b.messages, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.messages = append(b.messages, "log: "+e.Entry.Text)
	}
}

// do makes the browser do something.
func do(t *testing.T, b *browser, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		t.Fatal(err)
	}
}

// command is a command of the protocol as a step.
func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// ask evaluates an expression of the test's own, and waits if it is a promise.
func ask[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	out, err := chromedp.Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return out
}

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
	b := openPage(t, illustrated(t))
	if got := ask[string](t, b, `document.title`); !strings.HasPrefix(got, "Audit of ") {
		t.Errorf("the title is %q", got)
	}
	if n := ask[int](t, b, `document.querySelectorAll("script, iframe, object, embed, [onerror], [onload], [style]").length`); n > 0 {
		t.Errorf("%d elements could run or load something", n)
	}
	text := ask[string](t, b, `document.body.innerText`)
	for _, want := range []string{"<script>document.title='owned'</script><img src=x onerror=alert(1)>", `"></title></style>`, "⟨U+202E⟩god a⟨U+202C⟩", "tab⟨U+0000⟩nul⟨U+001B⟩[31m", "{{.Secret}} ${x} </svg></bdi>", "کلب أسود", "the caption has 100003 characters; its beginning is shown", "</td><script>1</script>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	images := ask[[2]int](t, b, `(async () => {
		const all = [...document.querySelectorAll("svg image")];
		const ok = await Promise.all(all.map(i => new Promise(done => { const m = new Image(); m.onload = () => done(m.naturalWidth > 0); m.onerror = () => done(false); m.src = i.href.baseVal; })));
		return [all.length, ok.filter(x => x).length];
	})()`)
	if images[0] == 0 || images[0] != images[1] {
		t.Errorf("%d of %d images loaded", images[1], images[0])
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, url := range b.requests {
		if !strings.HasPrefix(url, "file:///") && !strings.HasPrefix(url, "data:") || strings.HasPrefix(url, "file://") && !strings.HasSuffix(url, "/page.html") {
			t.Errorf("the page asked for %.100s", url)
		}
	}
	if len(b.messages) > 0 || len(b.requests) == 0 {
		t.Errorf("%d requests were seen; the browser complains: %.500s", len(b.requests), b.messages)
	}
}

// Headings are in order, one h1, none skipped; the first Tab reaches the skip link,
// later ones links, charts' numbers and samples, in the order of the page.
func TestBrowserKeyboard(t *testing.T) {
	b := openPage(t, illustrated(t))
	levels := ask[[]int](t, b, `[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(h => +h.tagName[1])`)
	for i, level := range levels {
		if i == 0 && level != 1 || i > 0 && (level == 1 || level > levels[i-1]+1) {
			t.Fatalf("heading %d is an h%d: %v", i, level, levels)
		}
	}
	var kinds []string
	last := -1
	for i := range 60 {
		do(t, b, chromedp.KeyEvent("\t"))
		at := ask[string](t, b, `document.activeElement.tagName + "." + document.activeElement.className`)
		place := ask[int](t, b, `[...document.querySelectorAll("*")].indexOf(document.activeElement)`)
		if i == 0 && at != "A.skip" {
			t.Errorf("the first Tab reaches %s", at)
		}
		if place < last {
			t.Errorf("Tab %d goes back, to %s", i, at)
		}
		last = place
		kinds = append(kinds, at)
	}
	for _, want := range []string{"A.", "SUMMARY.", "ARTICLE.pair"} {
		if !strings.Contains(strings.Join(kinds, " "), want) {
			t.Errorf("60 Tabs reach no %s: %v", want, kinds)
		}
	}
	if n := ask[int](t, b, `[...document.querySelectorAll("[title], svg title")].length`); n > 0 {
		t.Errorf("%d elements tell something to those who point alone", n)
	}
	if n := ask[int](t, b, `[...document.querySelectorAll("svg.chart, svg.heat")].filter(s => !s.closest(".panel").querySelector("details table")).length`); n > 0 {
		t.Errorf("%d charts have no table", n)
	}
}

// Text can be read in both colour schemes and at both widths.
func TestBrowserColoursAndWidths(t *testing.T) {
	b := openPage(t, illustrated(t))
	for _, scheme := range []string{"light", "dark"} {
		do(t, b, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}))
		for _, selector := range []string{"body", ".lead", "h4", "dt", "dd small", "a", "summary", ".quiet", ".bad", "thead th", "td", "p.caption", "p.note", "mark sub", "svg.chart text"} {
			if got := contrast(t, b, selector); got < 4.5 {
				t.Errorf("%s, %s: the contrast is %.2f", scheme, selector, got)
			}
		}
	}
	for _, width := range []int64{1280, 390} {
		do(t, b, chromedp.EmulateViewport(width, 900))
		if got := ask[int64](t, b, `document.documentElement.scrollWidth`); got > width {
			t.Errorf("at %d pixels the page is %d wide", width, got)
		}
		if got := ask[[]string](t, b, `[...document.querySelectorAll(".panel, .pair")].filter(p => p.scrollWidth > p.clientWidth + 1).map(p => p.innerText.slice(0, 40))`); len(got) > 0 {
			t.Errorf("at %d pixels something leaves its panel: %q", width, got)
		}
	}
}

// contrast returns WCAG's contrast of the text of the first element with the colour
// behind it, the lowest of all.
func contrast(t *testing.T, b *browser, selector string) float64 {
	t.Helper()
	colours := ask[[][]float64](t, b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => {
		const rgb = c => (c.match(/[\d.]+/g) || []).map(Number);
		const style = getComputedStyle(e);
		let behind = e;
		while (behind && (rgb(getComputedStyle(behind).backgroundColor)[3] === 0)) behind = behind.parentElement;
		const text = rgb(e instanceof SVGElement ? style.fill : style.color);
		return [...text.slice(0, 3), ...rgb(getComputedStyle(behind).backgroundColor).slice(0, 3)];
	})`, selector))
	if len(colours) == 0 {
		t.Fatalf("there is no %s", selector)
	}
	worst := math.Inf(1)
	for _, c := range colours {
		text, behind := luminance(c[:3]), luminance(c[3:])
		worst = min(worst, (max(text, behind)+0.05)/(min(text, behind)+0.05))
	}
	return worst
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(rgb []float64) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := rgb[i] / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

// Nothing changes where scripts are off.
func TestBrowserWithoutScripts(t *testing.T) {
	page := illustrated(t)
	text := func(off bool) string {
		b := startBrowser(t)
		path := filepath.Join(t.TempDir(), "page.html")
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		do(t, b, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}), chromedp.Navigate("file://"+path))
		out, err := chromedp.Run(b, chromedp.Text("body"))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if diff := cmp.Diff(text(false), text(true)); diff != "" {
		t.Errorf("without scripts the page is another (-with +without):\n%.2000s", diff)
	}
}
