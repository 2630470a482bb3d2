package dataflow_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
)

func TestMain(m *testing.M) {
	beam.Init()
	os.Exit(m.Run())
}

// hurried is a pace for tests, none of which waits for its patience or its grace
// unless it means to.
var hurried = dataflow.Pace{First: time.Millisecond, Most: 4 * time.Millisecond}

func smallPipeline() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	beam.Create(s, 1, 2, 3)
	return p
}

// options are good ones.
func options() dataflow.Options {
	o := dataflow.Default()
	o.Project, o.Region, o.Staging = "some-project", "us-central1", "gs://bucket/staging"
	return o
}

// cloud is all that a job is submitted to.
type cloud struct {
	*dataflowtest.Server
	bucket  *storagetest.GS
	options dataflow.Options
	pace    dataflow.Pace
	stop    chan struct{}
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	storagetest.CheckLeaks(t)
	return startCloud(t)
}

// startCloud is newCloud for a test that is alone in its process and may leave
// goroutines.
func startCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{bucket: storagetest.ServeGS(t, "bucket"), Server: dataflowtest.Serve(t), options: options(), pace: hurried, stop: make(chan struct{})}
	c.options.Endpoint = strings.TrimSuffix(c.Endpoint(), "/") // as people write it
	c.options.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"})
	return c
}

func (c *cloud) prepare(t *testing.T) *dataflow.Job {
	t.Helper()
	job, err := dataflow.Prepare(t.Context(), smallPipeline(), c.options, dataflow.Run{Name: "small", Threads: 4, Pace: c.pace})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// run runs a job to its end. react is called with each event.
func (c *cloud) run(ctx context.Context, t *testing.T, react func(dataflow.Event)) ([]dataflow.Event, error) {
	t.Helper()
	var events []dataflow.Event
	err := c.prepare(t).Run(ctx, c.stop, func(e dataflow.Event) {
		events = append(events, e)
		if react != nil {
			react(e)
		}
	})
	return events, err
}

// states are those that events tell of.
func states(events []dataflow.Event) (all []string) {
	for _, e := range events {
		if e.Message == nil {
			all = append(all, e.State)
		}
	}
	return all
}

// on calls do when the job is first found in a state.
func on(state string, do func()) func(dataflow.Event) {
	var once sync.Once
	return func(e dataflow.Event) {
		if e.State == state {
			once.Do(do)
		}
	}
}

// closer closes stop, once.
func (c *cloud) closer() func() { return sync.OnceFunc(func() { close(c.stop) }) }

// wantIn requires an error that says all of some things.
func wantIn(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error is %q, want %q in it", err, text)
		}
	}
}

// wantJobs requires the states of all jobs that were created.
func (c *cloud) wantJobs(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, j := range c.Jobs() {
		got = append(got, j.CurrentState)
	}
	if !slices.Equal(got, want) {
		t.Errorf("jobs are %q, want %q", got, want)
	}
}

// refuse answers uploads by a status.
func refuse(code int) storagetest.Interceptor {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Error(w, `{"error":{"code":403,"message":"no"}}`, code)
	}
}

// as returns the error of a type.
func as[E error](t *testing.T, err error) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want a %T", err, e)
	}
	return e
}
