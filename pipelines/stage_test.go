package pipelines

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorkerJobIsOpenedOnce(t *testing.T) {
	spec := []byte(`{"Tag":"` + rand.Text() + `"}`)
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
	req := request(t, 2, fakeSpec{Tag: rand.Text()})
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
	mustRun(t, req, Options{}) // finds both units done
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
	if err := fn.ProcessElement(t.Context(), req.Plan.Units[0], func(Tally) {}); !errors.Is(err, errEnded) {
		t.Errorf("error is %v, want errEnded", err)
	}
	wantUnfinished(t, req.Output)
	if files := contents(t, req.Output); len(files) > 0 {
		t.Errorf("it wrote %v", files)
	}
}
