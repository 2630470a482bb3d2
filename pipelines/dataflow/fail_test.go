package dataflow_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	df "google.golang.org/api/dataflow/v1b3"

	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
)

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// TestFailed gives the newest errors of the job, each once.
func TestFailed(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING", "JOB_STATE_FAILED")
	var messages []*df.JobMessage
	for i := range 8 {
		messages = append(messages, &df.JobMessage{
			Time: fmt.Sprintf("2026-01-02T03:04:0%dZ", i), MessageImportance: "JOB_MESSAGE_ERROR", MessageText: fmt.Sprintf("error %d\nof a worker", i),
		})
	}
	messages = append(messages,
		&df.JobMessage{Time: "2026-01-02T03:04:08Z", MessageImportance: "JOB_MESSAGE_WARNING", MessageText: "a warning"},
		&df.JobMessage{Time: "2026-01-02T03:04:09Z", MessageImportance: "JOB_MESSAGE_ERROR", MessageText: "error 5\nof a worker"})
	c.Say(messages...)
	c.Answer(dataflowtest.Messages, 3, dataflowtest.Status(503, "later")) // the reason is worth asking again
	_, err := c.run(t.Context(), t, nil)
	failed := as[*dataflow.FailedError](t, err)
	var got []string
	for _, m := range failed.Messages {
		got = append(got, m.Text)
	}
	want := []string{"error 3 of a worker", "error 4 of a worker", "error 6 of a worker", "error 7 of a worker", "error 5 of a worker"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	wantIn(t, err, failed.JobID, failed.Console, "\nerror 5 of a worker")
}

// TestEnds are all ends but the good one: none looks like success.
func TestEnds(t *testing.T) {
	for state, want := range map[string]string{
		"JOB_STATE_CANCELLED": "cancelled from outside", "JOB_STATE_DRAINED": "was drained", "JOB_STATE_UPDATED": "was updated",
		"JOB_STATE_FAILED": "failed",
	} {
		t.Run(state, func(t *testing.T) {
			c := newCloud(t)
			c.States("JOB_STATE_RUNNING", state)
			_, err := c.run(t.Context(), t, nil)
			wantIn(t, err, want, c.Jobs()[0].Id)
			if got := errors.Is(err, dataflow.ErrCancelled); got != (state == "JOB_STATE_CANCELLED") || errors.Is(err, dataflow.ErrStopped) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// TestUnknownState is followed for as long as the patience, then left alone.
func TestUnknownState(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING", "JOB_STATE_DREAMING", "JOB_STATE_DONE")
	events, err := c.run(t.Context(), t, nil)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"pending", "running", "dreaming", "done"}, states(events)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	c.pace.Patience = 20 * time.Millisecond
	c.States("JOB_STATE_DREAMING")
	_, err = c.run(t.Context(), t, nil)
	as[*dataflow.LostError](t, err)
	wantIn(t, err, "dreaming", "goes on")
}

// TestLostPolls loses answers for a while.
func TestLostPolls(t *testing.T) {
	for name, answer := range map[string]dataflowtest.Answer{
		"503": dataflowtest.Status(503, "later"), "429": dataflowtest.Status(429, "slowly"), "hang up": dataflowtest.HangUp,
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.Answer(dataflowtest.Poll, 20, answer)
			if _, err := c.run(t.Context(), t, nil); err != nil {
				t.Errorf("after %d polls: %v", c.Count(dataflowtest.Poll), err)
			}
			c.wantJobs(t, "JOB_STATE_DONE")
		})
	}
}

// TestHangingPoll gives a poll up that takes too long.
func TestHangingPoll(t *testing.T) {
	c := newCloud(t)
	c.pace.Answer = 100 * time.Millisecond
	c.Answer(dataflowtest.Poll, 1, dataflowtest.Hang)
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Error(err)
	}
}

// TestLost ends the wait with an error that names the job, which goes on.
func TestLost(t *testing.T) {
	tests := []struct {
		code, polls int // 0: as many as there are
		patience    time.Duration
		want        string
	}{
		{503, 0, 30 * time.Millisecond, "503"},
		{401, 1, time.Hour, "gcloud auth application-default login"},
		{403, 1, time.Hour, "roles/dataflow.developer on project some-project"},
		{404, 1, time.Hour, "project some-project, region us-central1"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			c := newCloud(t)
			c.pace.Patience = tt.patience
			c.Answer(dataflowtest.Poll, -1, dataflowtest.Status(tt.code, "spoiled by the test"))
			_, err := c.run(t.Context(), t, nil)
			lost := as[*dataflow.LostError](t, err)
			wantIn(t, err, tt.want, lost.JobID, lost.Console, "goes on in the cloud", "run the same command again", "spoiled by the test")
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %s", err)
			}
			if n := c.Count(dataflowtest.Poll); tt.polls != 0 && n != tt.polls || n < 1 {
				t.Errorf("%d polls, want %d", n, tt.polls)
			}
			c.wantJobs(t, "JOB_STATE_PENDING")
		})
	}
}

// TestRetriedCreate creates one job, whatever happens to the first requests.
func TestRetriedCreate(t *testing.T) {
	for name, answer := range map[string]dataflowtest.Answer{
		"503": dataflowtest.Status(503, "later"), "429": dataflowtest.Status(429, "slowly"), "hang up": dataflowtest.HangUp,
		"lost answer": dataflowtest.Unheard,
	} {
		for _, returns := range []bool{false, true} {
			t.Run(fmt.Sprint(name, returns), func(t *testing.T) {
				c := newCloud(t)
				if returns {
					c.ReturnExisting()
				}
				c.Occupy("another")
				c.Answer(dataflowtest.Create, 3, answer)
				if _, err := c.run(t.Context(), t, nil); err != nil {
					t.Error(err)
				}
				c.wantJobs(t, "JOB_STATE_PENDING", "JOB_STATE_DONE")
			})
		}
	}
}

// TestLostCreate never hears that the job exists: it is found in the listing.
func TestLostCreate(t *testing.T) {
	c := newCloud(t)
	c.Answer(dataflowtest.Create, 1, dataflowtest.Unheard)
	c.Answer(dataflowtest.Create, -1, dataflowtest.HangUp)
	c.Answer(dataflowtest.List, 2, dataflowtest.Status(500, "later"))
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Error(err)
	}
	c.wantJobs(t, "JOB_STATE_DONE")
}

// TestNeverCreated gives up after some requests, and does not say more than it
// knows.
func TestNeverCreated(t *testing.T) {
	c := newCloud(t)
	c.Answer(dataflowtest.Create, -1, dataflowtest.Status(500, "spoiled by the test"))
	_, err := c.run(t.Context(), t, nil)
	wantIn(t, err, "spoiled by the test", "after 8 attempts", "not known whether it runs")
	if n := c.Count(dataflowtest.Create); n != 8 {
		t.Errorf("%d requests", n)
	}
	c.wantJobs(t)
}

// TestNameInUse leaves another's job alone.
func TestNameInUse(t *testing.T) {
	for _, returns := range []bool{false, true} {
		c := newCloud(t)
		if returns {
			c.ReturnExisting()
		}
		id := c.Occupy("small")
		_, err := c.run(t.Context(), t, nil)
		want := &dataflow.NameInUseError{Name: "small", JobID: id,
			Console: "https://console.cloud.google.com/dataflow/jobs/us-central1/" + id + "?project=some-project"}
		if diff := cmp.Diff(want, as[*dataflow.NameInUseError](t, err)); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		wantIn(t, err, id, want.Console, "job_name", "wait", "cancel")
		c.wantJobs(t, "JOB_STATE_PENDING")
		if n := c.Count(dataflowtest.Cancel); n != 0 {
			t.Errorf("it was cancelled %d times", n)
		}
	}
}

// TestNameWasInUse meets a job that ends before it is looked for.
func TestNameWasInUse(t *testing.T) {
	c := newCloud(t)
	c.Answer(dataflowtest.Create, 1, dataflowtest.Status(409, "there is one"))
	_, err := c.run(t.Context(), t, nil)
	as[*dataflow.RefusedError](t, err)
	wantIn(t, err, "has ended", "run the same command again")
	c.wantJobs(t)
}

// TestRefused says what to do about a job that is not taken.
func TestRefused(t *testing.T) {
	tests := []struct {
		code    int
		account string
		want    []string
	}{
		{400, "", []string{"spoiled by the test"}},
		{401, "", []string{"gcloud auth application-default login"}},
		{403, "", []string{"roles/dataflow.developer on project some-project"}},
		{403, "worker@some-project.iam.gserviceaccount.com",
			[]string{"roles/dataflow.developer", "roles/iam.serviceAccountUser on worker@some-project.iam.gserviceaccount.com"}},
		{404, "worker@some-project.iam.gserviceaccount.com", []string{"project some-project", "region us-central1"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.code, tt.account), func(t *testing.T) {
			c := newCloud(t)
			c.options.ServiceAccount = tt.account
			c.Answer(dataflowtest.Create, -1, dataflowtest.Status(tt.code, "spoiled by the test"))
			_, err := c.run(t.Context(), t, nil)
			as[*dataflow.RefusedError](t, err)
			wantIn(t, err, append(tt.want, "spoiled by the test")...)
			if tt.code != 403 && strings.Contains(err.Error(), "roles/") {
				t.Errorf("error is %q, which is no matter of roles", err)
			}
			if n := c.Count(dataflowtest.Create); n != 1 {
				t.Errorf("%d requests for an answer that will not change", n)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %s", err)
			}
		})
	}
}

// TestToken gets tokens that come late, and says so if there are none.
func TestToken(t *testing.T) {
	c := newCloud(t)
	c.Answer(dataflowtest.Token, 2, dataflowtest.Status(503, "later"))
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Error(err)
	}
	c.Answer(dataflowtest.Token, -1, dataflowtest.Status(400, "invalid_grant"))
	_, err := c.run(t.Context(), t, nil)
	as[*dataflow.RefusedError](t, err)
	wantIn(t, err, "credentials were refused", "gcloud auth application-default login")
	c.wantJobs(t, "JOB_STATE_DONE")
}

func TestNoCredentials(t *testing.T) {
	c := newCloud(t)
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "missing.json"))
	_, err := c.run(t.Context(), t, nil)
	as[*dataflow.RefusedError](t, err)
	wantIn(t, err, "missing.json", "gcloud auth application-default login", "GOOGLE_APPLICATION_CREDENTIALS")
	if n := len(c.staged(t)); n != 0 {
		t.Errorf("%d files were staged", n)
	}
}

// TestNoDefaultCredentials looks for credentials where there are none. Google's library
// then asks the metadata address of the machine, and where something answers, but
// late, its connection stays: so the test is a process of its own.
func TestNoDefaultCredentials(t *testing.T) {
	const alone = "GROUNDMILL_TEST_ALONE"
	if os.Getenv(alone) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoDefaultCredentials$")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	c := startCloud(t)
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("HOME", t.TempDir())
	_, err := c.run(t.Context(), t, nil)
	as[*dataflow.RefusedError](t, err)
	wantIn(t, err, "no Google Cloud credentials", "gcloud auth application-default login")
	if n := len(c.staged(t)); n != 0 {
		t.Errorf("%d files were staged", n)
	}
}

// TestNoSecrets looks for the key and the token in all that leaves this process,
// for the endpoint of tokens and the header that the token is for.
func TestNoSecrets(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING", "JOB_STATE_FAILED")
	c.Answer(dataflowtest.Poll, 1, dataflowtest.Status(503, "later"))
	job := c.prepare(t)
	var events []dataflow.Event
	err := job.Run(t.Context(), nil, func(e dataflow.Event) { events = append(events, e) })
	description, _ := job.Describe()
	told, jsonErr := json.Marshal([]any{events, err.Error(), description, c.Requests()})
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	all := string(told)
	files := c.staged(t)
	for _, content := range files {
		all += string(content)
	}
	if len(files) != 2 || len(c.Requests()) < 4 {
		t.Fatalf("%d files, %d requests: too little to look at", len(files), len(c.Requests()))
	}
	for _, secret := range c.Secrets() {
		if strings.Contains(all, secret) {
			t.Errorf("%.12s... was told", secret)
		}
	}
}
