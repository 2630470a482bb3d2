package soak

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/groundmill/groundmill/schema"
)

// TestStopSignal asks a process to stop: what it has begun is finished, nothing
// else is begun, and the same command continues.
func TestStopSignal(t *testing.T) {
	a := newArena(t)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			slower(t, func(latency time.Duration) bool { return a.stop(t, signal, latency) })
		})
	}
}

// slower tries with slower and slower teachers until the process is not through
// before the attack comes.
func slower(t *testing.T, try func(latency time.Duration) bool) {
	t.Helper()
	for latency := 20 * time.Millisecond; !try(latency); latency *= 2 {
		if latency > endless {
			t.Fatal("each process was quicker than its attack")
		}
	}
}

// stop is false when the process was quicker than the signal.
func (a *arena) stop(t *testing.T, signal syscall.Signal, latency time.Duration) bool {
	t.Helper()
	out := newOutput(t)
	w := watchFolder(t, out)
	defer w.close()
	p := start(t, nil, a.annotate(out, attack{lanes: 2, latency: latency})...)
	p.at(w, 0, summaries(3))
	p.signal(signal)
	if p.status() == statusOK {
		return false
	}
	p.mustEnd(statusStopped)
	p.mustSay("the units in flight", "a second signal stops at once", "the same command continues")
	stopped := readFolder(t, out)
	stopped.checkWhole(t, a.smooth)
	if hidden := stopped.hidden(); len(hidden) > 0 {
		t.Errorf("%q are left", hidden)
	}
	if _, ok := stopped[schema.ManifestName]; ok {
		t.Error("a stopped run has a manifest")
	}
	a.finish(t, out, 2)
	return true
}

// TestSecondSignal asks twice, the second time while units in flight take for
// ever: the process ends now, and cleans up.
func TestSecondSignal(t *testing.T) {
	a := newArena(t)
	out := newOutput(t)
	w := watchFolder(t, out)
	defer w.close()
	p := start(t, nil, a.annotate(out, attack{lanes: 4, latency: endless})...)
	p.at(w, 0, temporaryOf("train-00000"))
	p.signal(syscall.SIGTERM)
	p.stderr.await("a second signal stops at once")
	p.signal(syscall.SIGTERM)
	p.mustEnd(statusBroken)
	left := readFolder(t, out)
	left.checkWhole(t, a.smooth)
	if hidden := left.hidden(); len(hidden) > 0 {
		t.Errorf("%q are left", hidden)
	}
	a.finish(t, out, 4)
}

// TestOccupiedFolder starts a process in the folder of another one: it is refused
// and told by whom. When that one dies, the same command continues its work.
func TestOccupiedFolder(t *testing.T) {
	a := newArena(t)
	out := newOutput(t)
	w := watchFolder(t, out)
	defer w.close()
	first := start(t, nil, a.annotate(out, attack{lanes: 2, latency: endless})...)
	first.at(w, 0, temporaryOf("train-00000"))
	before := readFolder(t, out)
	second := start(t, nil, a.annotate(out, attack{lanes: 2})...)
	second.mustEnd(statusRefused)
	second.mustSay("is in use by process")
	for name, content := range before {
		if readFolder(t, out)[name] != content {
			t.Errorf("%s is another one", name)
		}
	}
	first.signal(syscall.SIGKILL)
	first.mustEnd(-1)
	a.finish(t, out, 2)
}

// TestStartedTogether starts processes in one folder in the same moment.
func TestStartedTogether(t *testing.T) {
	a := newArena(t)
	for range 3 {
		out := newOutput(t)
		var rivals []*process
		for _, lanes := range laneCounts {
			rivals = append(rivals, start(t, nil, a.annotate(out, attack{lanes: lanes})...))
		}
		var ends []int
		for _, p := range rivals {
			ends = append(ends, p.status())
		}
		slices.Sort(ends)
		if ends[0] != statusOK || ends[len(ends)-1] > statusRefused || slices.Contains(ends, statusFailed) {
			t.Errorf("exit statuses %v", ends)
			for _, p := range rivals {
				t.Log(p.stderr.String())
			}
		}
		readFolder(t, out).checkEqual(t, a.smooth)
	}
}
