package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	df "google.golang.org/api/dataflow/v1b3"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// cloudRun is a command line with all that it talks to faked.
type cloudRun struct {
	*dataflowtest.Server
	bucket *storagetest.GS
	args   []string
}

// newCloudRun labels the bundled scenes, in a bucket, with a teacher that needs no
// model.
func newCloudRun(t *testing.T) *cloudRun {
	t.Helper()
	pipelines.Init(nil)
	c := &cloudRun{Server: dataflowtest.Serve(t), bucket: storagetest.ServeGS(t, "in", "out", "staging")}
	in, err := storage.Open("gs://in/pairs")
	if err != nil {
		t.Fatal(err)
	}
	tar, err := os.ReadFile(filepath.Join("..", "..", "testdata", "demo", "scenes-000000.tar"))
	if err == nil {
		err = storage.WriteFile(t.Context(), in, "scenes.tar", tar)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.args = []string{"annotate", "--quiet", "--config", filepath.Join("..", "..", "configs", "dataflow.yaml")}
	for _, set := range []string{
		"input.shards=gs://in/pairs/*.tar", "teacher.model=synthetic:", "output.dir=gs://out/labels",
		"beam.dataflow.project=some-project", "beam.dataflow.staging=gs://staging/x", "beam.dataflow.endpoint=" + c.Endpoint(),
		"beam.dataflow.container_image=example/worker:1",
		"beam.dataflow.worker_binary=" + dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"}),
	} {
		c.args = append(c.args, "--set", set)
	}
	return c
}

// run runs the command line and proves that nothing it says is secret.
func (c *cloudRun) run(t *testing.T, more ...string) (status int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, breaks := newInterrupts(context.WithoutCancel(t.Context()))
	status = run(ctx, breaks, append(c.args, more...), &stdout, &stderr)
	for _, secret := range c.Secrets() {
		if strings.Contains(stdout.String()+stderr.String(), secret) {
			t.Error("what it says has a secret in it")
		}
	}
	return status, stdout.String(), stderr.String()
}

// stored lists a bucket.
func stored(t *testing.T, location string) []storage.Info {
	t.Helper()
	store, err := storage.Open(location)
	if err != nil {
		t.Fatal(err)
	}
	list, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestCloudDryRun prints the job and leaves no trace.
func TestCloudDryRun(t *testing.T) {
	c := newCloudRun(t)
	status, out, said := c.run(t, "--dry-run")
	if status != 0 {
		t.Fatalf("exit status %d\n%s", status, said)
	}
	var got struct {
		Output string
		State  string
		Units  int
		Job    struct {
			Job      df.Job
			Pipeline json.RawMessage
			Files    []struct{ URL, SHA256 string }
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pool := got.Job.Job.Environment.WorkerPools[0]
	if got.Units != 1 || got.State != "empty" || pool.MachineType != "g2-standard-8" || pool.NumThreadsPerWorker != 4 ||
		got.Job.Job.Environment.ServiceOptions[0] != "worker_accelerator=type:nvidia-l4;count:1;install-nvidia-driver" ||
		len(got.Job.Files) != 2 || pool.Packages[0].Sha256 != got.Job.Files[0].SHA256 {
		t.Errorf("it would submit\n%s", out)
	}
	if n := len(c.Requests()); n > 0 || len(stored(t, "gs://staging/x")) > 0 || len(stored(t, "gs://out/labels")) > 0 {
		t.Errorf("it made %d requests, or left something", n)
	}
}

// TestCloudErrors ends runs in ways that users meet: each says what to do, and
// nothing counts as finished.
func TestCloudErrors(t *testing.T) {
	tests := []struct {
		name   string
		set    func(t *testing.T, c *cloudRun) []string // further arguments
		status exitStatus
		want   []string
	}{
		{"failed", func(_ *testing.T, c *cloudRun) []string {
			c.States("JOB_STATE_FAILED")
			c.Say(&df.JobMessage{Id: "1", Time: "2026-01-02T03:04:05Z", MessageImportance: "JOB_MESSAGE_ERROR", MessageText: "Startup of the worker pool: QUOTA_EXCEEDED"})
			return nil
		}, exitFailed, []string{"failed, see https://", "QUOTA_EXCEEDED"}},
		{"cancelled by somebody", func(_ *testing.T, c *cloudRun) []string {
			c.States("JOB_STATE_CANCELLED")
			return nil
		}, exitFailed, []string{"cancelled from outside; run the same command again"}},
		{"name in use", func(_ *testing.T, c *cloudRun) []string {
			c.Occupy("mine")
			return []string{"--set", "beam.dataflow.job_name=mine"}
		}, exitFailed, []string{"a job named mine is running", "set job_name"}},
		{"no permission to stage", func(_ *testing.T, c *cloudRun) []string {
			c.bucket.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/b/staging/") {
					http.Error(w, "no", http.StatusForbidden)
					return
				}
				next.ServeHTTP(w, r)
			})
			return nil
		}, exitStorage, []string{"storage.objects.create", "gs://staging"}},
		{"no staging bucket", func(*testing.T, *cloudRun) []string {
			return []string{"--set", "beam.dataflow.staging=gs://nowhere/x"}
		}, exitFailed, []string{"gs://nowhere"}},
		{"no permission to run jobs", func(_ *testing.T, c *cloudRun) []string {
			c.Answer(dataflowtest.Create, -1, dataflowtest.Status(http.StatusForbidden, "no"))
			return nil
		}, exitFailed, []string{"roles/dataflow"}},
		{"a GPU without an image", func(*testing.T, *cloudRun) []string {
			return []string{"--set", "beam.dataflow.container_image="}
		}, exitUsage, []string{"beam.dataflow.container_image: is empty; an accelerator needs an image"}},
		{"outputs on this disk", func(t *testing.T, _ *cloudRun) []string {
			return []string{"--set", "output.dir=" + t.TempDir()}
		}, exitUsage, []string{"output.dir: workers of dataflow cannot reach"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloudRun(t)
			status, _, said := c.run(t, tt.set(t, c)...)
			if status != int(tt.status) {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			if files := stored(t, "gs://out/labels"); len(files) > 0 {
				t.Errorf("there are files %v", files)
			}
		})
	}
}

// TestModelInBucket labels with a model that is fetched, and refuses one with
// another digest than was pinned.
func TestModelInBucket(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	model := tinyModel(t, root)
	t.Setenv(ort.EnvLibrary, runtimeLibrary(t))
	pipelines.Init(nil)
	storagetest.ServeGS(t, "models")
	data, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open("gs://models")
	if err == nil {
		err = storage.WriteFile(t.Context(), store, "tiny.onnx", data)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := glip.Identify(model)
	if err != nil {
		t.Fatal(err)
	}
	for digest, want := range map[string]exitStatus{info.SHA256: exitOK, strings.Repeat("0", 64): exitUsage} {
		var stdout, stderr bytes.Buffer
		ctx, breaks := newInterrupts(context.WithoutCancel(t.Context()))
		out := filepath.Join(t.TempDir(), "out")
		status := run(ctx, breaks, []string{
			"annotate", "--quiet", "--set", "input.shards=" + filepath.Join(root, "testdata", "demo", "web-oddities.tar"), "--set", "output.dir=" + out,
			"--set", "teacher.model=gs://models/tiny.onnx", "--set", "teacher.model_sha256=" + digest, "--set", "teacher.model_cache=" + t.TempDir(),
		}, &stdout, &stderr)
		if status != int(want) {
			t.Errorf("digest %.8s: exit status %d, want %d\n%s", digest, status, want, stderr.String())
		}
		if want == exitUsage && !strings.Contains(stderr.String(), "has the SHA-256 "+info.SHA256) {
			t.Errorf("it says\n%s", stderr.String())
		}
	}
}
