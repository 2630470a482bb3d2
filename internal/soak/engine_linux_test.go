package soak

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/groundmill/groundmill/pipelines/clustertest"
)

// poolAddr is where Beam's boot program listens as a worker pool; its port is
// fixed.
const poolAddr = "localhost:50000"

// engine is a job server, with a worker pool beside it.
type engine struct {
	server string // host:port
	pool   *process
}

// startEngine takes the job server that GROUNDMILL_JOB_SERVER names, or starts a
// Prism, and starts a worker pool.
func startEngine(t *testing.T) *engine {
	t.Helper()
	e := &engine{server: os.Getenv("GROUNDMILL_JOB_SERVER")}
	if e.server == "" {
		port := clustertest.FreePort(t)
		start(t, nil, beamProgram(t, "prism"), fmt.Sprintf("--job_port=%d", port), "--serve_http=false", "--log_level=warn")
		e.server = fmt.Sprintf("localhost:%d", port)
	}
	e.startPool(t)
	clustertest.AwaitListener(t, e.server)
	clustertest.AwaitListener(t, poolAddr)
	return e
}

// startPool starts a worker pool in a process group of its own. Boot leaves its
// options in the working directory and a copy of each worker's program in /tmp.
func (e *engine) startPool(t *testing.T) {
	t.Helper()
	before := copies(t)
	e.pool = start(t, &syscall.SysProcAttr{Setpgid: true}, "/bin/sh", "-c", `cd "$1" && exec "$2" --worker_pool`, "sh", t.TempDir(), beamProgram(t, "boot"))
	t.Cleanup(func() {
		_ = syscall.Kill(-e.pool.cmd.Process.Pid, syscall.SIGKILL)
		for _, dir := range copies(t) {
			if !slices.Contains(before, dir) {
				os.RemoveAll(dir)
			}
		}
	})
}

// copies lists the folders that boot makes for workers' programs.
func copies(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("/tmp/bin[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// annotate is the command line of an arena's run on the engine: in this process
// or, with pool, by workers of the pool.
func (e *engine) annotate(a *arena, out string, how attack, pool bool) []string {
	line := append(a.annotate(out, how), "--set", "beam.runner=portable", "--set", "beam.job_server.endpoint="+e.server)
	if pool {
		line = append(line, "--set", "beam.job_server.environment=external", "--set", "beam.job_server.worker_pool="+poolAddr)
	}
	return line
}

// killWorkers kills the workers that the pool has started, but not the boot
// programs above them, and returns how many there were.
func (e *engine) killWorkers(t *testing.T) (killed int) {
	t.Helper()
	group := strconv.Itoa(e.pool.cmd.Process.Pid)
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range all {
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		stat, _ := os.ReadFile(filepath.Join(dir, "stat"))
		_, rest, _ := strings.Cut(string(stat), ") ") // state, parent, process group, ...
		fields := strings.Fields(rest)
		if !strings.Contains(string(line), "\x00--worker=true\x00") || len(fields) < 3 || fields[2] != group {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// TestEngine runs on a job server, in this process and by workers of a pool: the
// bytes are those of a run without a server.
func TestEngine(t *testing.T) {
	a, e := newArena(t), startEngine(t)
	for name, pool := range map[string]bool{"loopback": false, "pool": true} {
		t.Run(name, func(t *testing.T) {
			out := newOutput(t)
			p := start(t, nil, e.annotate(a, out, attack{lanes: 2}, pool)...)
			p.mustEnd(statusOK)
			p.mustSay(": done")
			readFolder(t, out).checkEqual(t, a.smooth)
			start(t, nil, a.runner, "verify", "--quiet", out).mustEnd(statusOK)
		})
	}
}

// TestEngineLosesWorkers kills the workers when some of the units are done, twice,
// then lets the run end: whether the engine starts others or gives the job up, the
// same command ends with the bytes of a smooth run.
func TestEngineLosesWorkers(t *testing.T) {
	a, e := newArena(t), startEngine(t)
	out := newOutput(t)
	killed := 0
	for _, done := range []int{2, 6} {
		w := watchFolder(t, out)
		p := start(t, nil, e.annotate(a, out, attack{lanes: 1, latency: 20 * time.Millisecond}, true)...)
		if p.at(w, 0, summaries(done)) {
			killed += e.killWorkers(t)
		}
		status := p.status()
		w.close()
		if status != statusOK && status != statusFailed {
			t.Fatalf("exit status %d\n%s", status, p.stderr.String())
		}
		readFolder(t, out).checkWhole(t, a.smooth)
	}
	if killed == 0 {
		t.Error("no worker was killed")
	}
	start(t, nil, e.annotate(a, out, attack{lanes: 1}, true)...).mustEnd(statusOK)
	readFolder(t, out).checkEqual(t, a.smooth)
}

// TestEngineOutlivesItsStart kills the process that started a job, which goes on;
// the same command is started at once. Both write, and one of them ends the run.
func TestEngineOutlivesItsStart(t *testing.T) {
	a, e := newArena(t), startEngine(t)
	out := newOutput(t)
	w := watchFolder(t, out)
	p := start(t, nil, e.annotate(a, out, attack{lanes: 1, latency: 20 * time.Millisecond}, true)...)
	if !p.at(w, 0, summaries(2)) {
		t.Fatalf("it ended before it was killed\n%s", p.stderr.String())
	}
	p.signal(syscall.SIGKILL)
	p.status()
	w.close()
	start(t, nil, e.annotate(a, out, attack{lanes: 1, latency: 10 * time.Millisecond}, true)...).mustEnd(statusOK)
	readFolder(t, out).checkEqual(t, a.smooth)
}

// TestEngineStops asks once: the job is cancelled, and what is done stays.
func TestEngineStops(t *testing.T) {
	a, e := newArena(t), startEngine(t)
	out := newOutput(t)
	w := watchFolder(t, out)
	defer w.close()
	p := start(t, nil, e.annotate(a, out, attack{lanes: 1, latency: 20 * time.Millisecond}, true)...)
	p.at(w, 0, summaries(2))
	p.signal(syscall.SIGTERM)
	p.mustEnd(statusStopped)
	p.mustSay("cancelling the job")
	readFolder(t, out).checkWhole(t, a.smooth)
	start(t, nil, e.annotate(a, out, attack{lanes: 1}, true)...).mustEnd(statusOK)
	readFolder(t, out).checkEqual(t, a.smooth)
}

// beamPackages are the programs of Beam's SDK that the attacks need.
var beamPackages = map[string]string{
	"prism": "github.com/apache/beam/sdks/v2/go/cmd/prism",
	"boot":  "github.com/apache/beam/sdks/v2/go/container",
}

// beamProgram is the path of a program of Beam's SDK: what GROUNDMILL_PRISM or
// GROUNDMILL_BOOT names, or a build.
func beamProgram(t *testing.T, name string) string {
	t.Helper()
	if given := os.Getenv("GROUNDMILL_" + strings.ToUpper(name)); given != "" {
		path, err := filepath.Abs(given)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	path, err := beamBuilds(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// beamBuilds builds each program once, beside the one that is attacked.
var beamBuilds = func() func(string) (string, error) {
	var mu sync.Mutex
	built := map[string]string{}
	return func(name string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if built[name] != "" {
			return built[name], nil
		}
		dir, err := buildFolder()
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		out, err := exec.Command("go", "build", "-o", path, beamPackages[name]).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("build %s: %w\n%s", beamPackages[name], err, out)
		}
		built[name] = path
		return path, nil
	}
}()
