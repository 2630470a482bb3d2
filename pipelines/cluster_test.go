package pipelines

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/pipelines/clustertest"
	"github.com/groundmill/groundmill/pipelines/jobserver"
	"github.com/groundmill/groundmill/schema"
)

// TestMain lets processes of the test binary be a server or a worker.
func TestMain(m *testing.M) {
	clustertest.Main()
	Init(os.Args[1:])
	os.Exit(m.Run())
}

// cluster is a Prism server with a worker pool, both processes of their own.
type cluster struct {
	*clustertest.Pool
	endpoint string
}

func startCluster(t *testing.T) cluster {
	t.Helper()
	return cluster{clustertest.StartPool(t, clustertest.Self(t)), clustertest.StartPrism(t)}
}

// options run on the cluster with workers in the pool. The pool needs no program,
// so a small one is staged.
func (c cluster) options(lanes int) Options {
	beam := DefaultBeam(lanes)
	beam.Runner = RunnerPortable
	beam.JobServer = jobserver.Options{
		Endpoint: c.endpoint, Environment: jobserver.External, WorkerPool: c.Addr, WorkerBinary: "/bin/true",
	}
	return Options{Beam: beam, Poll: 20 * time.Millisecond}
}

// loopback runs on the cluster's server with this process as the worker.
func (c cluster) loopback(lanes int) Options {
	beam := DefaultBeam(lanes)
	beam.Runner, beam.JobServer.Endpoint = RunnerPortable, c.endpoint
	return Options{Beam: beam}
}

// TestClusterGivesTheSameBytes runs in this process, on a server with this process
// as the worker, and on a server with workers elsewhere.
func TestClusterGivesTheSameBytes(t *testing.T) {
	c := startCluster(t)
	here := request(t, 9, fakeSpec{})
	mustRun(t, here, Options{})
	want := contents(t, here.Output)
	for name, opts := range map[string]Options{"loopback": c.loopback(3), "one lane": c.options(1), "lanes": c.options(4)} {
		t.Run(name, func(t *testing.T) {
			req := request(t, 9, fakeSpec{})
			var last Progress
			opts.Observe = func(p Progress) { last = p }
			var states []string
			opts.Job = func(e JobEvent) { states = append(states, e.State) }
			mustRun(t, req, opts)
			if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
				t.Errorf("files (-here +there):\n%s", diff)
			}
			if last.Records != 45 || last.Units != 9 || last.Rows+last.Rejects != 45 {
				t.Errorf("the last progress is %+v", last)
			}
			if !slices.Contains(states, "done") {
				t.Errorf("the job's states were %v", states)
			}
		})
	}
	if n := c.Started(); n != 2 {
		t.Errorf("%d workers were started, want one for each job that is not loopback", n)
	}
}

// TestClusterLosesItsWorker kills the worker in the middle: the run fails, the same
// request continues, and the bytes are those of a smooth run.
func TestClusterLosesItsWorker(t *testing.T) {
	c := startCluster(t)
	smooth := request(t, 6, fakeSpec{})
	mustRun(t, smooth, Options{})
	req := request(t, 6, fakeSpec{})
	hanging := req.with(t, fakeSpec{Hang: map[int]bool{4: true}})
	opts := c.options(1)
	opts.Observe = func(p Progress) {
		if p.Units == 4 { // the fifth hangs
			c.Kill()
		}
	}
	if _, err := Run(t.Context(), hanging, opts); err == nil || !strings.Contains(err.Error(), "portable: job") {
		t.Fatalf("error is %v", err)
	}
	wantNoEnd(t, req.Output)
	status, err := Inspect(t.Context(), req)
	if err != nil || status.State != StatePartial || status.Done != 4 {
		t.Fatalf("%d units are done, state %s, %v", status.Done, status.State, err)
	}
	mustRun(t, req, c.options(1))
	if diff := cmp.Diff(contents(t, smooth.Output), contents(t, req.Output)); diff != "" {
		t.Errorf("files (-smooth +continued):\n%s", diff)
	}
}

// wantNoEnd is wantUnfinished where a worker was killed, whose temporary files the
// next start removes.
func wantNoEnd(t *testing.T, output string) {
	t.Helper()
	files := contents(t, output)
	for _, name := range []string{schema.SuccessName, schema.ManifestName} {
		if _, there := files[name]; there {
			t.Errorf("failed run left %s", name)
		}
	}
}

// TestClusterLeavesUnitsOut has inputs that workers cannot read: the others are
// done, and what was wrong comes back to the process that started the run.
func TestClusterLeavesUnitsOut(t *testing.T) {
	c := startCluster(t)
	req := request(t, 5, fakeSpec{Gone: map[int]bool{1: true, 3: true}})
	_, err := Run(t.Context(), req, c.options(2))
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) {
		t.Fatalf("error is %v", err)
	}
	var left []int
	for _, q := range incomplete.Failed {
		left = append(left, q.Unit.Index)
		if !strings.Contains(q.Err.Error(), "does not exist") {
			t.Errorf("unit %d: %v", q.Unit.Index, q.Err)
		}
	}
	if !slices.Equal(left, []int{1, 3}) {
		t.Errorf("units %d were left out", left)
	}
	wantUnfinished(t, req.Output)
	for name := range contents(t, req.Output) {
		if schema.IsOutcome(name) {
			t.Errorf("%s is left over", name)
		}
	}
	mustRun(t, req.with(t, fakeSpec{}), c.options(2))
}

// TestClusterStops asks for a stop while a unit goes on and on.
func TestClusterStops(t *testing.T) {
	c := startCluster(t)
	req := request(t, 4, fakeSpec{Hang: map[int]bool{2: true}})
	stop := make(chan struct{})
	opts := c.options(1)
	opts.Stop = stop
	opts.Observe = func(p Progress) {
		if p.Units == 2 {
			close(stop)
		}
	}
	_, err := Run(t.Context(), req, opts)
	var stopped *StoppedError
	if !errors.As(err, &stopped) || stopped.Done != 2 || stopped.Units != 4 {
		t.Fatalf("error is %v", err)
	}
	wantNoEnd(t, req.Output)
	mustRun(t, req.with(t, fakeSpec{}), c.options(1))
}

// TestClusterRejectsTooMuch is ended by the limit that this process watches.
func TestClusterRejectsTooMuch(t *testing.T) {
	c := startCluster(t)
	req := request(t, 6, fakeSpec{Hang: map[int]bool{5: true}}) // it would never end
	opts := c.options(1)
	opts.Limits = Limits{MaxRejectRatio: 0.1, MinRecords: 3}
	_, err := Run(t.Context(), req, opts)
	var budget *BudgetError
	if !errors.As(err, &budget) || !strings.Contains(err.Error(), "such as rejects/train-0000") {
		t.Fatalf("error is %v", err)
	}
}

// TestClusterWorkerDoesNotFit has workers with another model than the run was
// planned for: nothing is published.
func TestClusterWorkerDoesNotFit(t *testing.T) {
	c := startCluster(t)
	req := request(t, 2, fakeSpec{WorkerModel: "31"})
	_, err := Run(t.Context(), req, c.options(1))
	if err == nil || !strings.Contains(err.Error(), "failed: this worker does not fit the run: model differs in sha256: the run has 30, this worker 31") {
		t.Fatalf("error is %v", err)
	}
	if files := contents(t, req.Output); len(files) > 0 {
		t.Errorf("there are %v", slices.Collect(maps.Keys(files)))
	}
}

// TestClusterJobCannotBeOpened has workers without what the job needs, such as a
// library: the run says what, and nothing is published.
func TestClusterJobCannotBeOpened(t *testing.T) {
	c := startCluster(t)
	req := request(t, 2, fakeSpec{NoOpen: "libcudart.so.13 is missing"})
	if _, err := Run(t.Context(), req, c.options(1)); err == nil || !strings.Contains(err.Error(), "failed: open job: libcudart.so.13 is missing") {
		t.Fatalf("error is %v", err)
	}
	if files := contents(t, req.Output); len(files) > 0 {
		t.Errorf("there are %v", slices.Collect(maps.Keys(files)))
	}
}

// TestClusterLostRecord continues a run all of whose units are done and whose
// run.json is gone: this process cannot write it.
func TestClusterLostRecord(t *testing.T) {
	c := startCluster(t)
	req := request(t, 2, fakeSpec{})
	mustRun(t, req, c.options(1))
	want := contents(t, req.Output)
	if err := os.Remove(filepath.Join(req.Output, schema.RunName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), req, c.options(1)); err == nil || !strings.Contains(err.Error(), "--redo 0") {
		t.Errorf("error is %v", err)
	}
	req.Redo = []int{0}
	mustRun(t, req, c.options(1))
	if diff := cmp.Diff(want, contents(t, req.Output)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
}

// TestClusterDryRun contacts nobody and touches nothing.
func TestClusterDryRun(t *testing.T) {
	req := request(t, 3, fakeSpec{NoOpen: "the job must not be opened"})
	beam := cluster{&clustertest.Pool{Addr: "localhost:1"}, "localhost:1"}.options(1)
	sub, err := DryRun(t.Context(), req, beam)
	if err != nil {
		t.Fatal(err)
	}
	job, ok := sub.Job.(jobserver.Description)
	if !ok || sub.Units != 3 || sub.State != StateEmpty || job.Endpoint != "localhost:1" || !strings.Contains(string(job.Pipeline), "beam:env:external:v1") {
		t.Errorf("it would submit %+v", sub)
	}
	if files := contents(t, req.Output); len(files) > 0 {
		t.Errorf("there are %v", slices.Collect(maps.Keys(files)))
	}
}
