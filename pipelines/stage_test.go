package pipelines

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// onWorker is the stage as a worker gets it that did not start the run.
func onWorker(t *testing.T, req Request) *unitFn {
	t.Helper()
	identity, err := identifyFake(t.Context(), req.Spec)
	if err != nil {
		t.Fatal(err)
	}
	record, err := json.Marshal(req.record(identity, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // workers never close a job; the other tests count open ones
		thisCrew.mu.Lock()
		defer thisCrew.mu.Unlock()
		for key, job := range thisCrew.jobs {
			job.Close()
			delete(thisCrew.jobs, key)
		}
	})
	return &unitFn{
		Job: req.Job, Spec: req.Spec, Output: req.Output, Split: req.Split,
		Session: "of another process " + rand.Text(), Record: record,
	}
}

func ignore(Outcome) {}

func TestUnitsOnWorker(t *testing.T) {
	req := request(t, 3, fakeSpec{Tag: rand.Text(), Gone: map[int]bool{1: true}})
	fn := onWorker(t, req)
	opened := fakeOpen.Load()
	var got Outcome
	for _, unit := range req.Plan.Units {
		if err := fn.ProcessElement(t.Context(), unit, func(o Outcome) { got = addOutcomes(got, o) }); err != nil {
			t.Fatal(err)
		}
	}
	if n := fakeOpen.Load() - opened; n != 1 {
		t.Errorf("%d jobs were opened, want 1", n)
	}
	if diff := cmp.Diff(Tally{Units: 2, Records: 4, Rows: 1, Rejects: 3}, got.Tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	if len(got.Failed) != 1 || got.Failed[0].Index != 1 || !strings.Contains(got.Failed[0].Error, "does not exist") {
		t.Errorf("failed units are %+v", got.Failed)
	}
	record, err := readRecord(t.Context(), mustOpen(t, req.Output))
	if err != nil || record.Model != testIdentity().Model {
		t.Errorf("the worker left a record of the model %+v, %v", record.Model, err)
	}
	mustRun(t, req.with(t, fakeSpec{}), Options{}) // does the third
}

// TestWorkerTriesAgain fails to open a job: the next attempt is not told what the
// last one met.
func TestWorkerTriesAgain(t *testing.T) {
	req := request(t, 1, fakeSpec{NoOpen: "no such bucket"})
	fn := onWorker(t, req)
	if err := fn.ProcessElement(t.Context(), req.Plan.Units[0], ignore); err == nil || !strings.Contains(err.Error(), "no such bucket") {
		t.Errorf("error is %v", err)
	}
	fn.Spec = req.with(t, fakeSpec{Tag: rand.Text()}).Spec
	if err := fn.ProcessElement(t.Context(), req.Plan.Units[0], ignore); err != nil {
		t.Error(err)
	}
}

// TestWorkerDoesNotFit has workers that are not as the run needs them: they write
// nothing.
func TestWorkerDoesNotFit(t *testing.T) {
	tests := []struct {
		name    string
		planned func(*schema.Identity) // what the run was planned for, this worker being of testIdentity
		theirs  func(*schema.Identity) // what the first worker wrote
		want    string
	}{
		{"another model", func(i *schema.Identity) { i.Model.SHA256 = "31" }, nil, "model differs in sha256: the run has 31, this worker 30"},
		{"another version", func(i *schema.Identity) { i.ToolVersion = "older" }, nil, "tool differs in tool_version"},
		{"another decoder", func(i *schema.Identity) { i.ImageDecoder = "turbo" }, nil, "image_decoder differs"},
		{"another device", nil, func(i *schema.Identity) { i.Model.Device = "cuda:0" }, "model differs in device: the run has cuda:0, this worker cpu"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, 1, fakeSpec{Tag: rand.Text()})
			fn := onWorker(t, req)
			wrote := 0
			if tt.planned != nil {
				fn.Record = changed(t, fn.Record, tt.planned)
			} else {
				theirs := testIdentity()
				theirs.InputFingerprint = req.Plan.Fingerprint
				tt.theirs(&theirs)
				o := output{store: mustOpen(t, req.Output), record: req.record(theirs, nil)}
				if err := o.publishRecord(t.Context()); err != nil {
					t.Fatal(err)
				}
				wrote = 1
			}
			err := fn.ProcessElement(t.Context(), req.Plan.Units[0], ignore)
			var unfit *WorkerError
			if !errors.As(err, &unfit) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %v, want one line with %q", err, tt.want)
			}
			if files := contents(t, req.Output); len(files) != wrote {
				t.Errorf("there are files %v", files)
			}
		})
	}
}

// changed returns a record with another identity.
func changed(t *testing.T, record []byte, change func(*schema.Identity)) []byte {
	t.Helper()
	var r schema.RunRecord
	if err := json.Unmarshal(record, &r); err != nil {
		t.Fatal(err)
	}
	change(&r.Identity)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDeal(t *testing.T) {
	units := []Unit{{Index: 0}, {Index: 1}, {Index: 2}, {Index: 3}, {Index: 4}}
	for lanes, want := range map[int]string{1: "[01234]", 2: "[024] [13]", 3: "[03] [14] [2]", 8: "[0] [1] [2] [3] [4]"} {
		var got []string
		for _, part := range deal(units, lanes) {
			text := ""
			for _, u := range part {
				text += fmt.Sprint(u.Index)
			}
			got = append(got, "["+text+"]")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d lanes: %v, want %s", lanes, got, want)
		}
	}
}

func TestIsWorkerFlag(t *testing.T) {
	for arg, want := range map[string]bool{
		"--worker=true": true, "-worker=true": true, "worker=true": false, "--worker": false, "--worker_binary=true": false,
	} {
		if isWorkerFlag(arg) != want {
			t.Errorf("isWorkerFlag(%q) is %v", arg, !want)
		}
	}
}

// TestUnitAfterItsRun is begun by the runner when its run is over already.
func TestUnitAfterItsRun(t *testing.T) {
	req := request(t, 1, fakeSpec{})
	fn := unitFn{Job: req.Job, Spec: req.Spec, Output: req.Output, Split: req.Split, Session: thisProcess + rand.Text()}
	if err := fn.ProcessElement(t.Context(), req.Plan.Units[0], ignore); !errors.Is(err, errEnded) {
		t.Errorf("error is %v, want errEnded", err)
	}
	wantUnfinished(t, req.Output)
	if files := contents(t, req.Output); len(files) > 0 {
		t.Errorf("it wrote %v", files)
	}
}

// TestOutcomeOfAnOrphan is left by a job whose start has died: the next start
// removes it, and so does the end of a run; a finished folder gets none.
func TestOutcomeOfAnOrphan(t *testing.T) {
	req := request(t, 2, fakeSpec{})
	leave := func() {
		fn := outcomeFn{Session: rand.Text(), Output: req.Output}
		if err := fn.ProcessElement(t.Context(), Outcome{}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (n int) {
		for name := range contents(t, req.Output) {
			if schema.IsOutcome(name) {
				n++
			}
		}
		return n
	}
	leave()
	if status, err := Inspect(t.Context(), req); err != nil || status.State != StateEmpty || status.Temporaries != 1 || count() != 1 {
		t.Errorf("status is %+v, %v, with %d outcomes", status, err, count())
	}
	during := Options{Observe: func(p Progress) {
		if p.Units == 1 && p.Active == 0 {
			leave()
		}
	}}
	mustRun(t, req, during)
	if n := count(); n != 0 {
		t.Errorf("the run left %d outcomes", n)
	}
	leave()
	if n := count(); n != 0 {
		t.Errorf("the finished folder has %d outcomes", n)
	}
}
