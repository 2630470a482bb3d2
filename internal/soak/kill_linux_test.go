package soak

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/groundmill/groundmill/schema"
)

var laneCounts = []int{1, 4, 8}

// TestKill kills processes at random moments, several times a run; whatever they
// leave, the same command ends with the bytes of a smooth run.
func TestKill(t *testing.T) {
	a := newArena(t)
	left := *killCount
	if testing.Short() {
		left = min(left, len(laneCounts))
	}
	for i, lanes := range laneCounts {
		share := left / (len(laneCounts) - i)
		left -= share
		t.Run(fmt.Sprintf("lanes=%d", lanes), func(t *testing.T) {
			rng := draw(t)
			for trials, killed := 0, 0; killed < share; trials++ {
				if trials > 20+10*share {
					t.Fatalf("%d of %d processes ended before they were killed", trials-killed, trials)
				}
				killed += a.killOften(t, rng, lanes, share-killed)
			}
		})
	}
}

// killOften kills one run up to a few times before it lets it end.
func (a *arena) killOften(t *testing.T, rng *rand.Rand, lanes, most int) (killed int) {
	t.Helper()
	out := newOutput(t)
	for range min(most, 1+rng.IntN(4)) {
		if !a.killOnce(t, rng, out, lanes) {
			break
		}
		killed++
		readFolder(t, out).checkWhole(t, a.smooth)
		plan := a.annotate(out, attack{lanes: lanes})
		plan[1] = "plan" // looks at any wreck
		start(t, nil, plan...).mustEnd(statusOK)
	}
	a.finish(t, out, lanes)
	return killed
}

// killOnce kills a process after a number of changes to its folder, or after a
// time. It is false when the process was quicker.
func (a *arena) killOnce(t *testing.T, rng *rand.Rand, out string, lanes int) bool {
	t.Helper()
	var w *watch
	var after time.Duration
	var moment func(int, string) bool
	if rng.IntN(2) == 0 {
		w = watchFolder(t, out)
		defer w.close()
		last := 1 + rng.IntN(a.changes)
		moment = func(n int, _ string) bool { return n >= last }
	} else {
		after = 1 + rand.N(a.wall)
	}
	return kill(start(t, nil, a.annotate(out, attack{lanes: lanes})...), w, after, moment)
}

// kill kills a process at a moment and reports whether that is what ended it.
// Another failure fails the test.
func kill(p *process, w *watch, after time.Duration, moment func(int, string) bool) bool {
	p.t.Helper()
	p.at(w, after, moment)
	p.signal(syscall.SIGKILL)
	switch status := p.status(); status {
	case -1:
		return true
	case statusOK:
		return false
	default:
		p.t.Fatalf("exit status %d before it was killed\n%s", status, p.stderr.String())
	}
	return false
}

// TestKillAtCommit kills processes at each step of the commit.
func TestKillAtCommit(t *testing.T) {
	a := newArena(t)
	tests := []struct {
		name string
		at   func(n int, name string) bool
	}{
		{"the last summary", lastSummary()},
		{"the manifest's temporary file", temporaryOf(schema.ManifestName)},
		{"the manifest", isName(schema.ManifestName)},
		{"the mark's temporary file", temporaryOf(schema.SuccessName)},
		{"the mark", isName(schema.SuccessName)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := newOutput(t)
			w := watchFolder(t, out)
			defer w.close()
			if !kill(start(t, nil, a.annotate(out, attack{lanes: 4})...), w, 0, tt.at) {
				t.Log("the process was quicker")
			}
			readFolder(t, out).checkWhole(t, a.smooth)
			a.finish(t, out, 4)
		})
	}
}

func isName(want string) func(int, string) bool {
	return func(_ int, name string) bool { return name == want }
}

// temporaryOf is true for a hidden file that is named after another one.
func temporaryOf(want string) func(int, string) bool {
	return func(_ int, name string) bool {
		return strings.HasPrefix(path.Base(name), ".") && strings.Contains(name, want)
	}
}

// lastSummary is true when all units of an arena have a summary.
func lastSummary() func(int, string) bool {
	return summaries(arenaTars)
}

// summaries is true when so many units have a summary.
func summaries(count int) func(int, string) bool {
	seen := map[string]bool{}
	return func(_ int, name string) bool {
		if dir, base := path.Split(name); dir == "units/" && !strings.HasPrefix(base, ".") {
			seen[base] = true
		}
		return len(seen) >= count
	}
}
