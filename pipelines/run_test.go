package pipelines

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// fakeSpec says what a fakeJob does with the unit of each number.
type fakeSpec struct {
	Fail   map[int]string // returns an error of that text
	Panic  map[int]bool
	Lie    map[int]bool // counts a reject that is in no file
	Hang   map[int]bool // waits for the context
	NoOpen string       // opening the job fails
}

// fakeJob rejects one record per byte of the unit's input.
type fakeJob struct{ fakeSpec }

var (
	fakeOpen   atomic.Int64 // jobs open now
	fakeActive atomic.Int64 // units being run now
)

func init() {
	Register("fake", func(spec []byte) (Job, error) {
		var job fakeJob
		if err := json.Unmarshal(spec, &job.fakeSpec); err != nil {
			return nil, err
		}
		if job.NoOpen != "" {
			return nil, errors.New(job.NoOpen)
		}
		fakeOpen.Add(1)
		return &job, nil
	})
}

func (j *fakeJob) Identity() schema.Manifest { return schema.Manifest{ToolVersion: "test"} }

func (j *fakeJob) Close() error {
	fakeOpen.Add(-1)
	return nil
}

func (j *fakeJob) RunUnit(ctx context.Context, task Task) (schema.UnitSummary, error) {
	fakeActive.Add(1)
	defer fakeActive.Add(-1)
	summary := schema.UnitSummary{Unit: task.Index, Name: task.Name}
	f, err := task.Store.Create(ctx, schema.FileName(schema.KindRejects, "train", task.Index, task.Of))
	if err != nil {
		return summary, err
	}
	defer f.Abandon()
	w := schema.NewRejectWriter(f)
	for i := range task.Bytes {
		source := schema.Source{Shard: task.Name, Index: i}
		if err := w.Write(schema.Reject{Key: fmt.Sprint(i), Source: source, Reason: schema.ReasonNoPhrases}); err != nil {
			return summary, err
		}
		task.Report(Progress{Records: 1, Rejects: 1, Bytes: 1})
	}
	stats, err := w.Close()
	if err != nil {
		return summary, err
	}
	if err := j.misbehave(ctx, task.Index); err != nil {
		return summary, err
	}
	name := schema.FileName(schema.KindRejects, "train", task.Index, task.Of)
	summary.Files = []schema.File{stats.File(name)}
	summary.Counts = schema.Counts{Records: stats.Rejects, Rejects: stats.Reasons}
	if j.Lie[task.Index] {
		summary.Records++
		summary.Rejects[schema.ReasonNoPhrases]++
	}
	return summary, f.Publish()
}

func (j *fakeJob) misbehave(ctx context.Context, unit int) error {
	switch {
	case j.Fail[unit] != "":
		return errors.New(j.Fail[unit])
	case j.Panic[unit]:
		panic("out of cheese")
	case j.Hang[unit]:
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return nil
}

// request plans a run of the fake job over inputs of the sizes 1, 2, 3, ...
func request(t *testing.T, inputs int, spec fakeSpec) Request {
	t.Helper()
	sizes := map[string]int{}
	for i := range inputs {
		sizes[fmt.Sprintf("%05d.tar", i)] = i + 1
	}
	plan, err := PlanFiles(writeFiles(t, sizes), ".tar")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return Request{Job: "fake", Spec: data, Plan: plan, Output: filepath.Join(t.TempDir(), "out"), Split: "train"}
}

// contents reads every file below a folder.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[rel] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// wantUnfinished checks what must hold after every failure: no end mark, no
// temporary file, nothing still running.
func wantUnfinished(t *testing.T, output string) {
	t.Helper()
	for name := range contents(t, output) {
		if name == schema.SuccessName || name == schema.ManifestName || strings.HasSuffix(name, ".tmp") {
			t.Errorf("failed run left %s", name)
		}
	}
	if n := fakeActive.Load(); n != 0 {
		t.Errorf("%d units still run", n)
	}
	if n := fakeOpen.Load(); n != 0 {
		t.Errorf("%d jobs are still open", n)
	}
}

func TestRunIsTheSameOnAnyNumberOfLanes(t *testing.T) {
	var want map[string]string
	for _, lanes := range []int{0, 1, 4, 8, 100} {
		req := request(t, 11, fakeSpec{})
		manifest, err := Run(t.Context(), req, Options{Lanes: lanes})
		if err != nil {
			t.Fatalf("%d lanes: %v", lanes, err)
		}
		if manifest.Totals.Records != 66 || len(manifest.Units) != 11 || len(manifest.Files) != 11 {
			t.Errorf("%d lanes: totals are %+v of %d units, %d files", lanes, manifest.Totals, len(manifest.Units), len(manifest.Files))
		}
		got := contents(t, req.Output)
		if len(got) != 11+11+2 {
			t.Errorf("%d lanes: %d files", lanes, len(got))
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d lanes (-first +this):\n%s", lanes, diff)
		}
	}
}

func TestRunWritesTheEndMarks(t *testing.T) {
	req := request(t, 2, fakeSpec{})
	returned, err := Run(t.Context(), req, Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := contents(t, req.Output)
	stored, err := schema.ParseManifest([]byte(files[schema.ManifestName]))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(returned, stored, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("manifest (-returned +stored):\n%s", diff)
	}
	var success Success
	if err := json.Unmarshal([]byte(files[schema.SuccessName]), &success); err != nil {
		t.Fatal(err)
	}
	want := Success{SchemaVersion: schema.Version, Files: 2, Records: 3, Rejects: 3}
	if diff := cmp.Diff(want, success); diff != "" {
		t.Errorf("_SUCCESS (-want +got):\n%s", diff)
	}
}

func TestRunObserves(t *testing.T) {
	var last Progress
	_, err := Run(t.Context(), request(t, 4, fakeSpec{}), Options{Lanes: 4, Observe: func(p Progress) { last = p }})
	if err != nil {
		t.Fatal(err)
	}
	want := Progress{Records: 10, Rejects: 10, Bytes: 10, Units: 4, TotalBytes: 10, TotalUnits: 4}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("last progress (-want +got):\n%s", diff)
	}
}

func TestRunFailures(t *testing.T) {
	tests := []struct {
		name string
		spec fakeSpec
		want string
	}{
		{"a unit fails", fakeSpec{Fail: map[int]string{2: "no space left"}}, "unit 2 (00002.tar): no space left"},
		{"a unit fails and others hang", fakeSpec{Fail: map[int]string{0: "broken"}, Hang: map[int]bool{1: true, 2: true}}, "unit 0 (00000.tar): broken"},
		{"a unit panics", fakeSpec{Panic: map[int]bool{1: true}}, "unit 1 (00001.tar): panic: out of cheese"},
		{"a unit miscounts", fakeSpec{Lie: map[int]bool{3: true}}, ErrAccounting.Error()},
		{"the job cannot be opened", fakeSpec{NoOpen: "model is missing"}, "model is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 5, tt.spec)
			_, err := Run(t.Context(), req, Options{Lanes: 3})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
			wantUnfinished(t, req.Output)
		})
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	stopped := errors.New("stopped by a signal")
	t.Run("during a unit", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		req := request(t, 5, fakeSpec{Hang: map[int]bool{1: true}})
		observe := func(p Progress) {
			if p.Units == 2 { // 0 and 2; 1 hangs
				cancel(stopped)
			}
		}
		if _, err := Run(ctx, req, Options{Lanes: 3, Observe: observe}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("after the last unit", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		req := request(t, 1, fakeSpec{})
		observe := func(p Progress) {
			if p.Units == 1 {
				cancel(stopped)
			}
		}
		if _, err := Run(ctx, req, Options{Observe: observe}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("before the start", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		req := request(t, 3, fakeSpec{})
		if _, err := Run(ctx, req, Options{}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("before the first unit", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		req := request(t, 3, fakeSpec{})
		if _, err := runPipeline(ctx, req, Options{Runner: RunnerPrism}, &fakeJob{}); !errors.Is(err, stopped) {
			t.Errorf("error is %v, want the cause", err)
		}
		wantUnfinished(t, req.Output)
	})
	t.Run("by a deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		req := request(t, 3, fakeSpec{Hang: map[int]bool{0: true}})
		if _, err := Run(ctx, req, Options{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want the deadline", err)
		}
		wantUnfinished(t, req.Output)
	})
}

func TestRunRefusesUsedOutput(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		want  OutputState
	}{
		{"finished", []string{"_SUCCESS", "manifest.json", "data/train-00000-of-00001.parquet"}, OutputComplete},
		{"unfinished", []string{"data/train-00000-of-00001.parquet", "units/train-00000-of-00001.json"}, OutputPartial},
		{"killed", []string{"data/.train-00000-of-00001.parquet.ABC.tmp"}, OutputPartial},
		{"foreign", []string{"data/train-00000-of-00001.parquet", "thesis.docx"}, OutputForeign},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sizes := map[string]int{}
			for _, name := range tt.files {
				sizes[name] = 1
			}
			req := request(t, 1, fakeSpec{})
			req.Output = writeFiles(t, sizes)
			before := contents(t, req.Output)
			_, err := Run(t.Context(), req, Options{})
			var refused *OutputError
			if !errors.As(err, &refused) || refused.State != tt.want || !strings.Contains(err.Error(), req.Output) {
				t.Errorf("error is %v, want state %s", err, tt.want)
			}
			if diff := cmp.Diff(before, contents(t, req.Output)); diff != "" {
				t.Errorf("the refused folder changed:\n%s", diff)
			}
		})
	}
}

func TestRunRefusesRequests(t *testing.T) {
	good := request(t, 1, fakeSpec{})
	for name, change := range map[string]func(*Request){
		"no units":    func(r *Request) { r.Plan = Plan{} },
		"unknown job": func(r *Request) { r.Job = "fraud" },
		"no output":   func(r *Request) { r.Output = "" },
		"other store": func(r *Request) { r.Output = "gs://bucket/out" },
	} {
		req := good
		change(&req)
		if _, err := Run(t.Context(), req, Options{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Run(t.Context(), good, Options{Runner: "no-such-runner"}); err == nil {
		t.Error("unknown runner: accepted")
	}
}

// TestCommitFindsDamage tampers with a finished run's files and commits again.
func TestCommitFindsDamage(t *testing.T) {
	unit := schema.FileName(schema.KindUnits, "train", 1, 3)
	rejects := schema.FileName(schema.KindRejects, "train", 1, 3)
	tests := []struct {
		name   string
		tamper func(path func(string) string) error
		want   string
	}{
		{"a summary is missing", func(p func(string) string) error { return os.Remove(p(unit)) }, "left no summary"},
		{"a summary is cut off", func(p func(string) string) error { return os.Truncate(p(unit), 20) }, unit},
		{"a summary is of another unit", func(p func(string) string) error {
			data, err := os.ReadFile(p(unit))
			return errors.Join(err, os.WriteFile(p(unit), bytes.Replace(data, []byte(`"unit": 1`), []byte(`"unit": 2`), 1), 0o644))
		}, "is about unit 2"},
		{"a file is missing", func(p func(string) string) error { return os.Remove(p(rejects)) }, rejects},
		{"a file is cut off", func(p func(string) string) error { return os.Truncate(p(rejects), 5) }, "has 5 bytes"},
		{"a file is too much", func(p func(string) string) error {
			return os.WriteFile(p("rejects/more.jsonl"), nil, 0o644)
		}, "no unit wrote rejects/more.jsonl"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 3, fakeSpec{})
			if _, err := Run(t.Context(), req, Options{}); err != nil {
				t.Fatal(err)
			}
			path := func(name string) string { return filepath.Join(req.Output, filepath.FromSlash(name)) }
			if err := errors.Join(os.Remove(path(schema.SuccessName)), os.Remove(path(schema.ManifestName)), tt.tamper(path)); err != nil {
				t.Fatal(err)
			}
			err := recommit(t, req, nil)
			if !errors.Is(err, ErrAccounting) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want ErrAccounting with %q", err, tt.want)
			}
			wantUnfinished(t, req.Output)
		})
	}
	t.Run("the pipeline saw other numbers", func(t *testing.T) {
		req := request(t, 3, fakeSpec{})
		if _, err := Run(t.Context(), req, Options{}); err != nil {
			t.Fatal(err)
		}
		if err := recommit(t, req, &Tally{Units: 3, Records: 5, Rejects: 5}); !errors.Is(err, ErrAccounting) {
			t.Errorf("error is %v, want ErrAccounting", err)
		}
	})
}

func recommit(t *testing.T, req Request, tally *Tally) error {
	t.Helper()
	store, err := storage.Open(req.Output)
	if err != nil {
		t.Fatal(err)
	}
	c := committer{store: store, split: req.Split, plan: req.Plan}
	_, err = c.commit(t.Context(), (&fakeJob{}).Identity(), tally)
	return err
}

// TestRunLeaksNothing runs many pipelines in one process.
func TestRunLeaksNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	run := func() {
		if _, err := Run(t.Context(), request(t, 2, fakeSpec{}), Options{Lanes: 2}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	before := runtime.NumGoroutine()
	const runs = 10
	for range runs {
		run()
	}
	waitFor(t, func() bool { return runtime.NumGoroutine() < before+runs/2 })
	for name := range contents(t, temp) {
		t.Errorf("temporary file %s is left", name)
	}
	if n := fakeOpen.Load(); n != 0 {
		t.Errorf("%d jobs are still open", n)
	}
}

// waitFor gives goroutines that are ending the chance to do so.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for range 1_000_000 {
		if ok() {
			return
		}
		runtime.Gosched()
	}
	buf := make([]byte, 1<<16)
	t.Errorf("goroutines leak:\n%s", buf[:runtime.Stack(buf, true)])
}

func TestWorkerJobIsOpenedOnce(t *testing.T) {
	spec := []byte(`{"Fail":{"9":"worker"}}`)
	first, err := workerJob("fake", spec)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := workerJob("fake", spec)
	if err != nil || first != second {
		t.Errorf("second call opened another job (%v)", err)
	}
	fails := []byte(`{"NoOpen":"gone"}`)
	_, err1 := workerJob("fake", fails)
	_, err2 := workerJob("fake", fails)
	if err1 == nil || err1 != err2 {
		t.Errorf("errors are %v and %v, want the remembered one", err1, err2)
	}
}

func TestUnitOnWorkerWithoutSession(t *testing.T) {
	req := request(t, 2, fakeSpec{})
	fn := unitFn{Job: req.Job, Spec: req.Spec, Output: req.Output, Split: req.Split, Session: "of another process"}
	var got Tally
	for _, unit := range req.Plan.Units {
		if err := fn.ProcessElement(t.Context(), unit, func(tally Tally) { got = addTallies(got, tally) }); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(Tally{Units: 2, Records: 3, Rejects: 3}, got); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	if job, err := workerJob(req.Job, req.Spec); err == nil {
		job.Close() // workers never do; the other tests count open jobs
	}
	if err := recommit(t, req, &got); err != nil {
		t.Error(err)
	}
}
