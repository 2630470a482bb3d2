package dataflow_test

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/google/go-cmp/cmp"
	df "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/proto"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
)

// TestRun runs a job to its good end.
func TestRun(t *testing.T) {
	c := newCloud(t)
	// The test's own context would end before goroutines that are left are looked for.
	events, err := c.run(context.WithoutCancel(t.Context()), t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"pending", "running", "done"}, states(events)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	id := c.Jobs()[0].Id
	want := dataflow.Event{JobID: id, Console: "https://console.cloud.google.com/dataflow/jobs/us-central1/" + id + "?project=some-project", State: "pending"}
	if diff := cmp.Diff(want, events[0]); diff != "" {
		t.Errorf("first event (-want +got):\n%s", diff)
	}
	c.wantJobs(t, "JOB_STATE_DONE")
	if n := c.Count(dataflowtest.Cancel); n != 0 {
		t.Errorf("it was cancelled %d times", n)
	}
}

// TestPosted compares what was posted with what a dry run shows.
func TestPosted(t *testing.T) {
	c := newCloud(t)
	job := c.prepare(t)
	if err := job.Run(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	var posted map[string]any
	for _, r := range c.Requests() {
		if r.Kind == dataflowtest.Create {
			if err := json.Unmarshal([]byte(r.Body), &posted); err != nil {
				t.Fatal(err)
			}
		}
	}
	if id, _ := posted["clientRequestId"].(string); len(id) < 16 {
		t.Errorf("clientRequestId is %q", id)
	}
	delete(posted, "clientRequestId")
	if diff := cmp.Diff(described(t, job)["job"], any(posted)); diff != "" {
		t.Errorf("job (-described +posted):\n%s", diff)
	}
	if n := at(t, posted, "environment.workerPools.0.numThreadsPerWorker"); n != 4. {
		t.Errorf("numThreadsPerWorker is %v", n)
	}
}

// staged are all files in the bucket, by URL.
func (c *cloud) staged(t *testing.T) map[string][]byte {
	t.Helper()
	store, err := storage.Open("gs://bucket")
	if err != nil {
		t.Fatal(err)
	}
	list, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, info := range list {
		if files["gs://bucket/"+info.Name], err = storage.ReadFile(t.Context(), store, info.Name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestStaged decodes what workers fetch: the pipeline names the program, and both
// have the hashes that the job names.
func TestStaged(t *testing.T) {
	c := newCloud(t)
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Fatal(err)
	}
	var job any
	data, err := json.Marshal(c.Jobs()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &job); err != nil {
		t.Fatal(err)
	}
	program := at(t, job, "environment.workerPools.0.packages.0").(map[string]any)
	worker, err := os.ReadFile(c.options.WorkerBinary)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.staged(t)[program["location"].(string)]; string(got) != string(worker) || sha(got) != program["sha256"] {
		t.Errorf("%d bytes with the hash %s are staged as the program, want %d with %s", len(got), sha(got), len(worker), program["sha256"])
	}
	modelURL := at(t, job, "environment.sdkPipelineOptions.options.pipelineUrl").(string)
	model := c.staged(t)[modelURL]
	if hash := at(t, job, "environment.sdkPipelineOptions.options.pipelineProtoHash"); hash != sha(model) {
		t.Errorf("the model's hash is %s, the job says %s", sha(model), hash)
	}
	var pipeline pipepb.Pipeline
	if err := proto.Unmarshal(model, &pipeline); err != nil {
		t.Fatal(err)
	}
	for id, env := range pipeline.Components.Environments {
		var url pipepb.ArtifactUrlPayload
		if err := proto.Unmarshal(env.Dependencies[0].TypePayload, &url); err != nil {
			t.Fatal(err)
		}
		if url.Url != program["location"] || url.Sha256 != program["sha256"] {
			t.Errorf("environment %s fetches %v, want %v", id, &url, program)
		}
	}
	if len(pipeline.Components.Environments) != 1 || len(pipeline.Components.Transforms) == 0 {
		t.Errorf("the pipeline has %d environments and %d transforms", len(pipeline.Components.Environments), len(pipeline.Components.Transforms))
	}
}

// TestThisProgram stages the program that asks, which is what happens where
// worker_binary is not set.
func TestThisProgram(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("uploads 100 MB; workers run Linux")
	}
	c := newCloud(t)
	c.options.WorkerBinary = ""
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := buildinfo.ReadFile(self); err != nil || !slices.Contains(info.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "1"}) {
		_, err := dataflow.Prepare(t.Context(), smallPipeline(), c.options, dataflow.Run{Name: "small"})
		wantIn(t, err, "without cgo")
		return
	}
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	program := c.Jobs()[0].Environment.WorkerPools[0].Packages[0]
	if got := c.staged(t)[program.Location]; sha(got) != sha(want) || program.Sha256 != sha(want) {
		t.Errorf("%d bytes with the hash %s are staged, want %d bytes with %s; the job says %s", len(got), sha(got), len(want), sha(want), program.Sha256)
	}
}

// TestSecondRunUploadsNothing finds both files of the first run.
func TestSecondRunUploadsNothing(t *testing.T) {
	c := newCloud(t)
	var uploads atomic.Int64
	c.bucket.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet {
			uploads.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	for range 2 {
		if _, err := c.run(t.Context(), t, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := uploads.Load(); n != 2 {
		t.Errorf("%d uploads, want that of the program and that of the pipeline", n)
	}
}

// TestUploadRefused submits nothing and names the bucket and what is missing.
func TestUploadRefused(t *testing.T) {
	c := newCloud(t)
	c.bucket.Intercept(refuse(http.StatusForbidden))
	_, err := c.run(t.Context(), t, nil)
	wantIn(t, err, "nothing was submitted", "storage.objects.create", "bucket bucket")
	c.wantJobs(t)
}

// TestMayNotLook uploads although it may not ask what is there.
func TestMayNotLook(t *testing.T) {
	c := newCloud(t)
	c.bucket.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodGet {
			refuse(http.StatusForbidden)(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Error(err)
	}
}

func TestMissingBucket(t *testing.T) {
	c := newCloud(t)
	c.options.Staging = "gs://missing/staging"
	_, err := c.run(t.Context(), t, nil)
	wantIn(t, err, "nothing was submitted", "gs://missing/staging", storage.ErrNoBucket.Error())
	c.wantJobs(t)
}

// TestOtherContent finds something else under the program's name.
func TestOtherContent(t *testing.T) {
	c := newCloud(t)
	d, err := c.prepare(t).Describe()
	if err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open("gs://bucket")
	if err != nil {
		t.Fatal(err)
	}
	if err := storage.WriteFile(t.Context(), store, strings.TrimPrefix(d.Files[0].URL, "gs://bucket/"), []byte("cut short")); err != nil {
		t.Fatal(err)
	}
	_, err = c.run(t.Context(), t, nil)
	wantIn(t, err, storage.ErrConflict.Error())
	c.wantJobs(t)
}

// TestProgramChanges replaces the program after the job was prepared.
func TestProgramChanges(t *testing.T) {
	c := newCloud(t)
	job := c.prepare(t)
	if err := os.WriteFile(c.options.WorkerBinary, []byte("rebuilt"), 0o755); err != nil {
		t.Fatal(err)
	}
	wantIn(t, job.Run(t.Context(), nil, nil), "has changed", "again")
	c.wantJobs(t)
}

// TestMessages tells each warning and error once, on one line, and nothing less
// important.
func TestMessages(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_DONE")
	first := []*df.JobMessage{
		{Time: "2026-01-02T03:04:05.5Z", MessageImportance: "JOB_MESSAGE_BASIC", MessageText: "Worker configuration: n1-standard-1"},
		{Time: "2026-01-02T03:04:06Z", MessageImportance: "JOB_MESSAGE_WARNING", MessageText: "quota\x1b[31m is\n  short"},
	}
	c.Say(first...)
	second := append(slices.Clone(first),
		&df.JobMessage{Time: "2026-01-02T03:04:06Z", MessageImportance: "JOB_MESSAGE_WARNING", MessageText: "at the same time"},
		&df.JobMessage{Time: "2026-01-02T03:04:05.9Z", MessageImportance: "JOB_MESSAGE_WARNING", MessageText: "late"},
		&df.JobMessage{Time: "2026-01-02T03:04:07Z", MessageImportance: "JOB_MESSAGE_ERROR", MessageText: strings.Repeat("x", 1000)})
	events, err := c.run(t.Context(), t, func(e dataflow.Event) {
		if e.Message != nil {
			c.Say(second...)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		if e.Message != nil {
			got = append(got, fmt.Sprintf("%s %s %s", e.Message.Time.Format("05.9"), e.Message.Severity, e.Message.Text))
		}
	}
	want := []string{
		"06 warning quota[31m is short", "06 warning at the same time", "05.9 warning late",
		"07 error " + strings.Repeat("x", 499) + "…",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestSilentMessages goes on where messages cannot be had.
func TestSilentMessages(t *testing.T) {
	c := newCloud(t)
	c.Answer(dataflowtest.Messages, -1, dataflowtest.Status(403, "no"))
	if _, err := c.run(t.Context(), t, nil); err != nil {
		t.Error(err)
	}
}
