// Package progress shows how far long work has come: a bar with rate and
// remaining time on a terminal, a plain line every few seconds anywhere else.
//
//	p := progress.Start(os.Stderr, "annotate", "pairs")
//	defer p.Stop()
//	p.Set(done, total) // from any goroutine, as often as is convenient
//
// Nothing is ever written to standard output.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// plainInterval is the time between two lines where there is no terminal: rare
// enough for the log of a run that takes days.
const plainInterval = 10 * time.Second

// Progress reports one piece of work. Its methods may be called from any
// goroutine.
type Progress struct {
	mu    sync.Mutex
	view  view
	clock func() time.Time
}

// view draws a state; Progress serialises the calls.
type view interface {
	draw(now time.Time, done, total int64)
	close(now time.Time)
}

// Start begins to report on w: what is the work's name and items what is
// counted. The bar appears only if w is a terminal.
func Start(w io.Writer, what, items string) *Progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &Progress{view: &bar{w: w, what: what, items: items}, clock: time.Now}
	}
	return plain(w, what, items, time.Now)
}

// Silent reports nothing, for --quiet.
func Silent() *Progress { return plain(io.Discard, "", "", time.Now) }

func plain(w io.Writer, what, items string, clock func() time.Time) *Progress {
	now := clock()
	return &Progress{view: &lines{w: w, what: what, items: items, start: now, last: now}, clock: clock}
}

// Set says that done of total items are finished; a total of 0 means that it
// is not known.
func (p *Progress) Set(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view.draw(p.clock(), done, total)
}

// Stop ends the report and leaves the final state visible.
func (p *Progress) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view.close(p.clock())
}

// bar is the terminal view.
type bar struct {
	w           io.Writer
	what, items string
	bar         *progressbar.ProgressBar
	done, total int64
}

func (b *bar) draw(_ time.Time, done, total int64) {
	if b.bar == nil {
		b.total = total
		b.bar = progressbar.NewOptions64(barTotal(total),
			progressbar.OptionSetWriter(b.w),
			progressbar.OptionSetDescription(b.what),
			progressbar.OptionSetItsString(b.items),
			progressbar.OptionShowIts(),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetWidth(30),
		)
	}
	if total != b.total {
		b.total = total
		b.bar.ChangeMax64(barTotal(total))
	}
	b.done = done
	_ = b.bar.Set64(done) // a terminal that cannot be drawn on is no reason to stop the work
}

// barTotal is the library's word for an unknown total.
func barTotal(total int64) int64 {
	if total == 0 {
		return -1
	}
	return total
}

func (b *bar) close(time.Time) {
	if b.bar == nil {
		return
	}
	if b.done >= b.total {
		_ = b.bar.Finish() // draws what the throttle has held back
	}
	_ = b.bar.Exit()
	fmt.Fprintln(b.w)
}

// lines is the view for logs.
type lines struct {
	w           io.Writer
	what, items string
	start, last time.Time
	done, total int64
	printed     int64
}

func (l *lines) draw(now time.Time, done, total int64) {
	l.done, l.total = done, total
	if now.Sub(l.last) >= plainInterval {
		l.print(now)
	}
}

func (l *lines) close(now time.Time) {
	if l.done > l.printed {
		l.print(now)
	}
}

func (l *lines) print(now time.Time) {
	l.last, l.printed = now, l.done
	elapsed := now.Sub(l.start)
	rate := float64(l.done) / max(elapsed.Seconds(), 1e-3)
	if l.total == 0 {
		fmt.Fprintf(l.w, "%s: %d %s, %.1f/s, %s\n", l.what, l.done, l.items, rate, elapsed.Round(time.Second))
		return
	}
	left := time.Duration(0)
	if rate > 0 {
		left = time.Duration(float64(l.total-l.done) / rate * float64(time.Second))
	}
	fmt.Fprintf(l.w, "%s: %d of %d %s (%d%%), %.1f/s, %s gone, about %s left\n", l.what, l.done, l.total, l.items,
		100*l.done/l.total, rate, elapsed.Round(time.Second), left.Round(time.Second))
}
