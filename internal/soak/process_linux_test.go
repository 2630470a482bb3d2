package soak

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Exit statuses of cmd/runner that attacks expect; its help explains them.
const (
	statusOK      = 0
	statusFailed  = 1
	statusRefused = 2
	statusStopped = 4
	statusStorage = 7
	statusBroken  = 130
)

// builds is the folder of programs that tests have built, "" before the first.
var builds string

// buildFolder returns the folder for builds, which other users can reach: they run
// some of them.
func buildFolder() (string, error) {
	if builds != "" {
		return builds, nil
	}
	dir, err := os.MkdirTemp("", "groundmill-soak-*")
	if err != nil {
		return "", err
	}
	builds = dir
	return dir, os.Chmod(dir, 0o755)
}

// program is what is attacked.
var program = sync.OnceValues(func() (path string, err error) {
	if given := os.Getenv("GROUNDMILL_RUNNER"); given != "" {
		return filepath.Abs(given)
	}
	dir, err := buildFolder()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "runner")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/runner").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build cmd/runner: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if builds != "" {
		os.RemoveAll(builds)
	}
	os.Exit(status)
}

// process is a running program.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr transcript
	done   chan struct{} // closed when it has ended
}

// start starts a command line, program and arguments. The test's end ends it, and
// only it: what it started itself is its own to end.
func start(t *testing.T, as *syscall.SysProcAttr, line ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(line[0], line[1:]...), done: make(chan struct{})}
	p.stderr.grown = sync.NewCond(&p.stderr.mu)
	p.cmd.SysProcAttr, p.cmd.Stderr = as, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // status says how it ended
		p.stderr.end()
	}()
	t.Cleanup(func() { p.signal(syscall.SIGKILL); <-p.done })
	return p
}

// signal sends a signal, to nobody if the process has ended.
func (p *process) signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// status waits for the end and returns the exit status, -1 if a signal was it.
func (p *process) status() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// mustEnd waits for the end and fails the test if it is another than wanted.
func (p *process) mustEnd(want int) {
	p.t.Helper()
	if got := p.status(); got != want {
		p.t.Fatalf("exit status %d, want %d\n%s", got, want, p.stderr.String())
	}
}

// mustSay fails the test unless the ended process has said all of this.
func (p *process) mustSay(texts ...string) {
	p.t.Helper()
	<-p.done
	for _, text := range texts {
		if said := p.stderr.String(); !strings.Contains(said, text) {
			p.t.Errorf("standard error lacks %q:\n%s", text, said)
		}
	}
}

// at waits for a moment, which sees each change of the folder with its number from
// 1 on, or for a time, 0 for none. It is false when the process ended before.
func (p *process) at(w *watch, after time.Duration, moment func(n int, name string) bool) bool {
	var timer <-chan time.Time
	if after > 0 {
		timer = time.After(after)
	}
	var changes <-chan string
	if w != nil {
		changes = w.changes
	}
	for n := 1; ; n++ {
		select {
		case name := <-changes:
			if moment(n, name) {
				return true
			}
		case <-timer:
			return true
		case <-p.done:
			return false
		}
	}
}

// transcript is what a process has said so far.
type transcript struct {
	mu    sync.Mutex
	text  bytes.Buffer
	ended bool
	grown *sync.Cond
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.grown.Broadcast()
	return s.text.Write(p)
}

func (s *transcript) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.grown.Broadcast()
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await waits until the process has said a text, or has ended.
func (s *transcript) await(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.ended && !strings.Contains(s.text.String(), text) {
		s.grown.Wait()
	}
}

// arena is an input, and what a smooth run makes of it.
type arena struct {
	runner  string
	input   string
	smooth  folder
	wall    time.Duration // of the smooth run
	changes int           // of its folder
}

// Size of an arena: units and samples of each.
const (
	arenaTars   = 12
	arenaPerTar = 8
)

func newArena(t *testing.T) *arena {
	t.Helper()
	runner, err := program()
	if err != nil {
		t.Fatal(err)
	}
	a := &arena{runner: runner, input: filepath.Join(openDir(t), "in")}
	sizes := make([]int, arenaTars)
	for i := range sizes {
		sizes[i] = arenaPerTar
	}
	if err := (Pairs{Seed: draw(t).Uint64(), Varied: true}).WriteTars(a.input, sizes...); err != nil {
		t.Fatal(err)
	}
	out := newOutput(t)
	w := watchFolder(t, out)
	defer w.close()
	began := time.Now()
	p := start(t, nil, a.annotate(out, attack{lanes: 1})...)
	p.at(w, 0, func(n int, _ string) bool { a.changes = n; return false })
	p.mustEnd(statusOK)
	a.wall, a.smooth = time.Since(began), readFolder(t, out)
	start(t, nil, runner, "verify", "--quiet", out).mustEnd(statusOK)
	return a
}

// openDir is a new folder that other users can reach.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newOutput is where the output folder of a process will be.
func newOutput(t *testing.T) string { return filepath.Join(openDir(t), "out") }

// attack is how a process is run to be attacked; nothing of it changes the bytes.
type attack struct {
	lanes   int
	latency time.Duration // of the teacher; 0 is a few milliseconds
}

// endless is longer than any test waits.
const endless = 5 * time.Minute

// annotate is the command line.
func (a *arena) annotate(out string, how attack) []string {
	latency := cmp.Or(how.latency, 3*time.Millisecond)
	return []string{a.runner, "annotate", "--quiet", "--set", "input.shards=" + a.input, "--set", "output.dir=" + out,
		"--set", fmt.Sprintf("teacher.model=synthetic:latency=%v", latency), "--set", fmt.Sprintf("beam.lanes=%d", how.lanes)}
}

// finish lets a process without an attack end the run, and compares all bytes.
func (a *arena) finish(t *testing.T, out string, lanes int) {
	t.Helper()
	start(t, nil, a.annotate(out, attack{lanes: lanes})...).mustEnd(statusOK)
	readFolder(t, out).checkEqual(t, a.smooth)
}
