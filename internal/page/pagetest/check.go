package pagetest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// CheckHarmless fails the test if the page could run or load something, if it asked
// for anything but itself, if the browser complained, or if a picture in it is
// none.
func (b *Browser) CheckHarmless(t *testing.T) {
	t.Helper()
	if n := Ask[int](t, b, `document.querySelectorAll("script, iframe, object, embed, [onerror], [onload], [style]").length`); n > 0 {
		t.Errorf("%d elements could run or load something", n)
	}
	images := Ask[[2]int](t, b, `(async () => {
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

// CheckHeadings fails the test unless there is one h1, first, and no level is
// skipped; and if a chart has no table or something is told to those alone who
// point at it.
func (b *Browser) CheckHeadings(t *testing.T) {
	t.Helper()
	levels := Ask[[]int](t, b, `[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(h => +h.tagName[1])`)
	for i, level := range levels {
		if i == 0 && level != 1 || i > 0 && (level == 1 || level > levels[i-1]+1) {
			t.Fatalf("heading %d is an h%d: %v", i, level, levels)
		}
	}
	if n := Ask[int](t, b, `[...document.querySelectorAll("[title], svg title")].length`); n > 0 {
		t.Errorf("%d elements tell something to those who point alone", n)
	}
	if n := Ask[int](t, b, `[...document.querySelectorAll("svg.chart, svg.heat")].filter(s => !s.closest(".panel").querySelector("details table")).length`); n > 0 {
		t.Errorf("%d charts have no table", n)
	}
}

// CheckTabs presses Tab so many times. It fails the test unless the first reaches
// the link that skips, the others follow the order of the page, and all wanted kinds
// of elements, such as "SUMMARY.", are reached.
func (b *Browser) CheckTabs(t *testing.T, times int, wanted ...string) {
	t.Helper()
	var kinds []string
	last := -1
	for i := range times {
		b.Do(t, chromedp.KeyEvent("\t"))
		at := Ask[string](t, b, `document.activeElement.tagName + "." + document.activeElement.className`)
		place := Ask[int](t, b, `[...document.querySelectorAll("*")].indexOf(document.activeElement)`)
		if i == 0 && at != "A.skip" {
			t.Errorf("the first Tab reaches %s", at)
		}
		if place < last {
			t.Errorf("Tab %d goes back, to %s", i, at)
		}
		last = place
		kinds = append(kinds, at)
	}
	for _, want := range wanted {
		if !strings.Contains(strings.Join(kinds, " "), want) {
			t.Errorf("%d Tabs reach no %s: %v", times, want, kinds)
		}
	}
}

// Scheme sets the colour scheme of the reader's system: "light" or "dark".
func (b *Browser) Scheme(t *testing.T, scheme string) {
	t.Helper()
	b.Do(t, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// CheckContrast fails the test if text of an element that a selector finds, or
// nothing, can hardly be read in one of the colour schemes.
func (b *Browser) CheckContrast(t *testing.T, selectors ...string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme(t, scheme)
		for _, selector := range selectors {
			if got := b.contrast(t, selector); got < 4.5 {
				t.Errorf("%s, %s: the contrast is %.2f", scheme, selector, got)
			}
		}
	}
}

// CheckWidths fails the test if the page is wider than a screen or a telephone, or
// if something leaves the boxes that a selector finds.
func (b *Browser) CheckWidths(t *testing.T, boxes string) {
	t.Helper()
	for _, width := range []int64{1280, 390} {
		b.Do(t, chromedp.EmulateViewport(width, 900))
		if got := Ask[int64](t, b, `document.documentElement.scrollWidth`); got > width {
			t.Errorf("at %d pixels the page is %d wide", width, got)
		}
		leaving := fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(p => p.scrollWidth > p.clientWidth + 1).map(p => p.innerText.slice(0, 40))`, boxes)
		if got := Ask[[]string](t, b, leaving); len(got) > 0 {
			t.Errorf("at %d pixels something leaves its box: %q", width, got)
		}
	}
}

// contrast returns WCAG's contrast of the text of elements with the colour behind
// it, the lowest of all.
func (b *Browser) contrast(t *testing.T, selector string) float64 {
	t.Helper()
	colours := Ask[[][]float64](t, b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => {
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
