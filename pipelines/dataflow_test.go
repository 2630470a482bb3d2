package pipelines

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
	"github.com/google/go-cmp/cmp"
	df "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/proto"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/pipelines/clustertest"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
	"github.com/groundmill/groundmill/pipelines/internal/portable"
	"github.com/groundmill/groundmill/schema"
)

// cloud is a fake of Dataflow beside a fake of Google's buckets.
type cloud struct {
	*dataflowtest.Server
	bucket *storagetest.GS
	opts   Options
}

func startCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{bucket: storagetest.ServeGS(t, "in", "out", "staging"), Server: dataflowtest.Serve(t)}
	c.opts = Options{Beam: DefaultBeam(3), Poll: 20 * time.Millisecond}
	c.opts.Beam.Runner = RunnerDataflow
	o := &c.opts.Beam.Dataflow
	o.Project, o.Region, o.Staging, o.Endpoint = "some-project", "us-central1", "gs://staging/x", c.Endpoint()
	o.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"})
	return c
}

// request plans a run over inputs in a bucket.
func (c *cloud) request(t *testing.T, inputs int, spec fakeSpec) Request {
	t.Helper()
	in := mustOpen(t, "gs://in/pairs")
	for i := range inputs {
		if err := storage.WriteFile(t.Context(), in, fmt.Sprintf("%05d.tar", i), make([]byte, i+1)); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := PlanFiles(t.Context(), "gs://in/pairs/*.tar", ".tar")
	if err != nil {
		t.Fatal(err)
	}
	req := Request{Job: "fake", Plan: plan, Output: "gs://out/labels", Split: "train", Kinds: fakeKinds}
	return req.with(t, spec)
}

// execute has the job that was submitted done by worker processes: what was staged
// is run by a Prism, with the workers of a pool in the place of the image.
func (c *cloud) execute(t *testing.T) {
	t.Helper()
	pool, server := clustertest.StartPool(t, clustertest.Self(t)), clustertest.StartPrism(t)
	c.Answer(dataflowtest.Create, 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if err := executeStaged(t, server, pool.Addr); err != nil {
			c.States("JOB_STATE_FAILED")
			c.Say(&df.JobMessage{Id: "1", Time: "2026-01-02T03:04:05Z", MessageImportance: "JOB_MESSAGE_ERROR", MessageText: err.Error()})
		}
		next.ServeHTTP(w, r)
	})
}

func executeStaged(t *testing.T, server, pool string) error {
	staged := mustOpen(t, "gs://staging/x")
	list, err := staged.List(t.Context(), "")
	if err != nil {
		return err
	}
	for _, info := range list {
		if path.Base(info.Name) != "model" {
			continue
		}
		data, err := storage.ReadFile(t.Context(), staged, info.Name)
		if err != nil {
			return err
		}
		var p pipepb.Pipeline
		if err := proto.Unmarshal(data, &p); err != nil {
			return err
		}
		return executeOn(t, &p, server, pool)
	}
	return errors.New("no pipeline was staged")
}

// executeOn runs a pipeline with the workers of a pool, to its end.
func executeOn(t *testing.T, p *pipepb.Pipeline, server, pool string) error {
	payload, err := proto.Marshal(&pipepb.ExternalPayload{Endpoint: &pipepb.ApiServiceDescriptor{Url: pool}})
	if err != nil {
		return err
	}
	for _, env := range p.Components.Environments {
		env.Urn, env.Payload = "beam:env:external:v1", payload
	}
	if err := (portable.Worker{Path: os.DevNull}).StageFile(p); err != nil {
		return err
	}
	ctx := t.Context()
	conn, err := grpcx.Dial(ctx, server, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	client := jobpb.NewJobServiceClient(conn)
	id, artifacts, token, err := runnerlib.Prepare(ctx, client, p, &runnerlib.JobOptions{Name: "staged", Worker: os.DevNull})
	if err == nil {
		token, err = runnerlib.Stage(ctx, id, artifacts, os.DevNull, token)
	}
	if err == nil {
		id, err = runnerlib.Submit(ctx, client, id, token)
	}
	if err != nil {
		return err
	}
	return runnerlib.WaitForCompletion(ctx, client, id)
}

// TestDataflow submits a run, has what was submitted done by worker processes, and
// finds the bytes of a run in this process, in buckets all the way.
func TestDataflow(t *testing.T) {
	c := startCloud(t)
	c.execute(t)
	req := c.request(t, 7, fakeSpec{})
	var events []JobEvent
	opts := c.opts
	opts.Job = func(e JobEvent) { events = append(events, e) }
	mustRun(t, req, opts)

	here := req
	here.Output = "gs://out/here"
	mustRun(t, here, Options{})
	if diff := cmp.Diff(inBucket(t, here.Output), inBucket(t, req.Output)); diff != "" {
		t.Errorf("files (-here +there):\n%s", diff)
	}
	if len(events) == 0 || events[len(events)-1].State != "done" || !strings.Contains(events[0].URL, events[0].Job) {
		t.Errorf("events are %+v", events)
	}
	job := c.Jobs()[0]
	if !strings.HasPrefix(job.Name, "groundmill-fake-") || job.Environment.WorkerPools[0].NumThreadsPerWorker != 3 || job.Labels["groundmill-job"] != "fake" {
		t.Errorf("the job is %s with %d threads, labels %v", job.Name, job.Environment.WorkerPools[0].NumThreadsPerWorker, job.Labels)
	}
}

// inBucket reads every file of a store.
func inBucket(t *testing.T, location string) map[string]string {
	t.Helper()
	store := mustOpen(t, location)
	list, err := store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, info := range list {
		data, err := storage.ReadFile(t.Context(), store, info.Name)
		if err != nil {
			t.Fatal(err)
		}
		files[info.Name] = string(data)
	}
	return files
}

// TestDataflowLeavesAUnitOut has an input that no worker can read.
func TestDataflowLeavesAUnitOut(t *testing.T) {
	c := startCloud(t)
	c.execute(t)
	req := c.request(t, 3, fakeSpec{Gone: map[int]bool{1: true}})
	_, err := Run(t.Context(), req, c.opts)
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || len(incomplete.Failed) != 1 || incomplete.Failed[0].Unit.Index != 1 {
		t.Fatalf("error is %v", err)
	}
	if _, there := inBucket(t, req.Output)[schema.SuccessName]; there {
		t.Error("there is an end mark")
	}
}

// TestDataflowMayNotWrite refuses every upload of the workers: the run fails and
// says why.
func TestDataflowMayNotWrite(t *testing.T) {
	c := startCloud(t)
	c.execute(t)
	c.bucket.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/b/out/") {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
	req := c.request(t, 2, fakeSpec{})
	if _, err := Run(t.Context(), req, c.opts); err == nil || !strings.Contains(err.Error(), "the account needs storage.objects.create on bucket out") {
		t.Fatalf("error is %v", err)
	}
	if files := inBucket(t, req.Output); len(files) > 0 {
		t.Errorf("there are %d files", len(files))
	}
}

// TestDataflowEnds lets the job end in other ways than by being done: each is an
// error, and nothing counts as finished.
func TestDataflowEnds(t *testing.T) {
	tests := []struct {
		name   string
		states []string
		want   string
	}{
		{"failed", []string{"JOB_STATE_RUNNING", "JOB_STATE_FAILED"}, "failed"},
		{"cancelled", []string{"JOB_STATE_RUNNING", "JOB_STATE_CANCELLED"}, "cancelled from outside"},
		{"done, with nothing done", []string{"JOB_STATE_DONE"}, "no worker has left anything in gs://out/labels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := startCloud(t)
			c.States(tt.states...)
			req := c.request(t, 2, fakeSpec{})
			if _, err := Run(t.Context(), req, c.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
			if files := inBucket(t, req.Output); len(files) > 0 {
				t.Errorf("there are %d files", len(files))
			}
		})
	}
}

// TestDataflowStops cancels the job on request.
func TestDataflowStops(t *testing.T) {
	c := startCloud(t)
	c.States("JOB_STATE_RUNNING")
	stop := make(chan struct{})
	opts := c.opts
	opts.Stop = stop
	opts.Job = func(e JobEvent) {
		if e.State == "running" {
			close(stop)
		}
	}
	_, err := Run(t.Context(), c.request(t, 2, fakeSpec{}), opts)
	var stopped *StoppedError
	if !errors.As(err, &stopped) || c.Count(dataflowtest.Cancel) != 1 {
		t.Errorf("error is %v after %d cancellations", err, c.Count(dataflowtest.Cancel))
	}
}

// TestDataflowRefuses what could not work, before anything is contacted.
func TestDataflowRefuses(t *testing.T) {
	c := startCloud(t)
	local := c.request(t, 1, fakeSpec{})
	local.Output = t.TempDir()
	opts := c.opts
	opts.Beam.Dataflow.Region = ""
	for want, run := range map[string]func() error{
		"cannot reach": func() error { _, err := Run(t.Context(), local, c.opts); return err },
		"beam.dataflow.region: is empty": func() error {
			_, err := Run(t.Context(), c.request(t, 1, fakeSpec{}), opts)
			return err
		},
	} {
		var refused *RefusedError
		if err := run(); !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want a refusal with %q", err, want)
		}
	}
	if n := len(c.Requests()); n > 0 {
		t.Errorf("%d requests were made", n)
	}
}
