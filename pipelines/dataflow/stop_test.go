package dataflow_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage/storagetest"
	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
)

var errWanted = errors.New("the caller has had enough")

// atUpload calls do at the first upload.
func atUpload(do func()) storagetest.Interceptor {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet {
			once.Do(do)
		}
		next.ServeHTTP(w, r)
	}
}

// TestStopWhileRunning cancels the job and waits until that is done.
func TestStopWhileRunning(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_PENDING", "JOB_STATE_RUNNING")
	events, err := c.run(t.Context(), t, on("running", c.closer()))
	if !errors.Is(err, dataflow.ErrStopped) {
		t.Errorf("error is %v, want ErrStopped", err)
	}
	if diff := cmp.Diff([]string{"pending", "running", "cancelling", "cancelled"}, states(events)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	c.wantJobs(t, "JOB_STATE_CANCELLED")
	if n := c.Count(dataflowtest.Cancel); n != 1 {
		t.Errorf("%d requests to cancel", n)
	}
}

// TestStopIsInsisted repeats the wish to cancel until it is heard.
func TestStopIsInsisted(t *testing.T) {
	for name, answer := range map[string]dataflowtest.Answer{"503": dataflowtest.Status(503, "later"), "hang up": dataflowtest.HangUp} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.States("JOB_STATE_RUNNING")
			c.Answer(dataflowtest.Cancel, 5, answer)
			if _, err := c.run(t.Context(), t, on("running", c.closer())); !errors.Is(err, dataflow.ErrStopped) {
				t.Errorf("error is %v, want ErrStopped", err)
			}
			c.wantJobs(t, "JOB_STATE_CANCELLED")
		})
	}
}

// TestStopTooLate closes stop when the job is about to be done.
func TestStopTooLate(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING")
	c.AfterCancel("JOB_STATE_CANCELLING", "JOB_STATE_DONE")
	if _, err := c.run(t.Context(), t, on("running", c.closer())); err != nil {
		t.Error(err)
	}
	c = newCloud(t)
	c.Answer(dataflowtest.Cancel, -1, dataflowtest.Status(400, "it has ended"))
	if _, err := c.run(t.Context(), t, on("running", c.closer())); err != nil {
		t.Error(err)
	}
	c.wantJobs(t, "JOB_STATE_DONE")
}

// TestMayNotCancel says that the job goes on.
func TestMayNotCancel(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING")
	c.Answer(dataflowtest.Cancel, -1, dataflowtest.Status(403, "no"))
	_, err := c.run(t.Context(), t, on("running", c.closer()))
	as[*dataflow.LostError](t, err)
	wantIn(t, err, "could not be cancelled", "roles/dataflow.developer", c.Jobs()[0].Id)
}

// TestStopBefore begins nothing.
func TestStopBefore(t *testing.T) {
	c := newCloud(t)
	c.closer()()
	events, err := c.run(t.Context(), t, nil)
	if !errors.Is(err, dataflow.ErrStopped) || err.Error() != "dataflow: nothing was submitted: stopped on request" || len(events) != 0 {
		t.Errorf("error is %v, events are %v", err, events)
	}
	c.wantJobs(t)
}

// TestEndBeforeThereIsAJob ends the run, by stop and by its context, while files
// are staged and while the job is created, and loses the answer or not. Whatever
// was created is cancelled.
func TestEndBeforeThereIsAJob(t *testing.T) {
	type when = func(c *cloud, do func())
	moments := map[string]struct {
		when when
		jobs int
	}{
		"staging":  {func(c *cloud, do func()) { c.bucket.Intercept(atUpload(do)) }, 0},
		"creating": {func(c *cloud, do func()) { c.Answer(dataflowtest.Create, 1, dataflowtest.Then(do)) }, 1},
		"created, unheard": {func(c *cloud, do func()) {
			c.Answer(dataflowtest.Create, 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				do()
				dataflowtest.Unheard(w, r, next)
			})
		}, 1},
		"between attempts": {func(c *cloud, do func()) {
			c.Answer(dataflowtest.Create, 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				do()
				dataflowtest.Status(503, "later")(w, r, next)
			})
		}, 0},
	}
	for name, m := range moments {
		t.Run(name+"/stop", func(t *testing.T) {
			c := newCloud(t)
			c.States("JOB_STATE_RUNNING")
			m.when(c, c.closer())
			if _, err := c.run(t.Context(), t, nil); !errors.Is(err, dataflow.ErrStopped) {
				t.Errorf("error is %v, want ErrStopped", err)
			}
			c.wantJobs(t, []string{"JOB_STATE_CANCELLED"}[:m.jobs]...)
		})
		t.Run(name+"/context", func(t *testing.T) {
			c := newCloud(t)
			c.States("JOB_STATE_RUNNING")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			m.when(c, func() { cancel(errWanted) })
			if _, err := c.run(ctx, t, nil); !errors.Is(err, errWanted) {
				t.Errorf("error is %v, want the context's cause", err)
			}
			if n := c.Count(dataflowtest.Cancel); n != m.jobs || len(c.Jobs()) != m.jobs {
				t.Errorf("%d jobs were created and %d cancelled, want %d", len(c.Jobs()), n, m.jobs)
			}
		})
	}
}

// TestContextWhileRunning asks for the cancellation and does not wait for it.
func TestContextWhileRunning(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING")
	c.AfterCancel("JOB_STATE_CANCELLING")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	if _, err := c.run(ctx, t, on("running", func() { cancel(errWanted) })); !errors.Is(err, errWanted) {
		t.Errorf("error is %v, want the context's cause", err)
	}
	if n := c.Count(dataflowtest.Cancel); n != 1 {
		t.Errorf("%d requests to cancel", n)
	}
}

// TestContextAfterStop does not ask a second time, and waits no longer.
func TestContextAfterStop(t *testing.T) {
	c := newCloud(t)
	c.States("JOB_STATE_RUNNING")
	c.AfterCancel("JOB_STATE_CANCELLING")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	stop := on("running", c.closer())
	end := on("cancelling", func() { cancel(errWanted) })
	_, err := c.run(ctx, t, func(e dataflow.Event) { stop(e); end(e) })
	if !errors.Is(err, errWanted) {
		t.Errorf("error is %v, want the context's cause", err)
	}
	if n := c.Count(dataflowtest.Cancel); n != 1 {
		t.Errorf("%d requests to cancel", n)
	}
}

// TestContextUnheard gives up soon if the wish to cancel is not heard, and says
// that the job goes on.
func TestContextUnheard(t *testing.T) {
	for name, answer := range map[string]dataflowtest.Answer{"hang": dataflowtest.Hang, "503": dataflowtest.Status(503, "later")} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.pace.Grace = 50 * time.Millisecond
			c.States("JOB_STATE_RUNNING")
			c.Answer(dataflowtest.Cancel, -1, answer)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			_, err := c.run(ctx, t, on("running", func() { cancel(errWanted) }))
			as[*dataflow.LostError](t, err)
			if !errors.Is(err, errWanted) {
				t.Errorf("error is %v, want the context's cause", err)
			}
			wantIn(t, err, "could not be cancelled", c.Jobs()[0].Id)
		})
	}
}

// TestHangingCreate gives up after the grace, and says that it does not know.
func TestHangingCreate(t *testing.T) {
	c := newCloud(t)
	c.pace.Grace = 50 * time.Millisecond
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	c.Answer(dataflowtest.Create, -1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		cancel(errWanted)
		dataflowtest.Hang(w, r, next)
	})
	_, err := c.run(ctx, t, nil)
	if !errors.Is(err, errWanted) {
		t.Errorf("error is %v, want the context's cause", err)
	}
	wantIn(t, err, "not known whether it runs")
}
