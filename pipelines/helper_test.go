package pipelines

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/groundmill/groundmill/schema"
)

// fakeSpec says what a fakeJob does with the unit of each number.
type fakeSpec struct {
	Fail   map[int]string // returns an error of that text
	Panic  map[int]bool
	Lie    map[int]bool // counts a reject that is in no file
	Hang   map[int]bool // waits for the context
	NoOpen string       // opening the job fails
	Tag    string       // makes the spec another one
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

func (j *fakeJob) Identity() schema.Identity { return schema.Identity{ToolVersion: "test"} }

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
