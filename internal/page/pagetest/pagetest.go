// Package pagetest looks at HTML pages in Chromium, for tests: that nothing hostile
// runs, that nothing is loaded, that text can be read and everything reached.
//
//	b := pagetest.Open(t, html)
//	b.CheckHarmless(t)
//	text := pagetest.Ask[string](t, b, "document.body.innerText")
//
// A test is skipped where there is no Chromium, unless GROUNDMILL_REQUIRE_CHROMIUM
// is set, and in short tests.
package pagetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// names are those under which Chromium is installed.
func names() []string {
	return []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
}

// Browser is a page in Chromium with all that it complained about and asked for.
type Browser struct {
	context.Context
	mu       sync.Mutex
	messages []string
	requests []string
}

// Open writes a page to disk and opens it, 1280 pixels wide.
func Open(t *testing.T, page string) *Browser {
	t.Helper()
	b := start(t)
	b.Do(t, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(write(t, page)), chromedp.WaitReady("body"))
	return b
}

// TextWithoutScripts returns the text of a page in a browser that runs no scripts.
func TextWithoutScripts(t *testing.T, page string) string {
	t.Helper()
	b := start(t)
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	b.Do(t, command(emulation.SetScriptExecutionDisabled, off), chromedp.Navigate(write(t, page)))
	return b.Text(t)
}

// write returns the address of a page that it writes to disk.
func write(t *testing.T, page string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

func start(t *testing.T) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(find(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	b := &Browser{}
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

// find skips the test where there is no Chromium, unless one is required.
func find(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	for _, name := range names() {
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

func (b *Browser) note(event any) {
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

// Do makes the browser do something.
func (b *Browser) Do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		t.Fatal(err)
	}
}

// Text returns the text of the page as it is shown.
func (b *Browser) Text(t *testing.T) string {
	t.Helper()
	text, err := chromedp.Run(b, chromedp.Text("body"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// command is a command of the protocol as a step.
func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// Ask evaluates an expression of the test's own, and waits if it is a promise.
func Ask[T any](t *testing.T, b *Browser, expression string) T {
	t.Helper()
	out, err := chromedp.Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return out
}
