package jobserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

// Job is a pipeline that is to run on a job server.
type Job struct {
	name     string
	options  Options
	pipeline *beam.Pipeline
	worker   portable.Worker

	patience // with a server that does not answer
}

// patience bounds how long a server may be silent.
type patience struct {
	dial  time.Duration // until it takes the connection
	grace time.Duration // of a failed job, until it says why
	lost  time.Duration // after a broken connection, until it answers again
	pause time.Duration // between two questions then
}

var usualPatience = patience{dial: 20 * time.Second, grace: 5 * time.Second, lost: 2 * time.Minute, pause: 2 * time.Second}

// Event is what is worth telling about a job.
type Event struct {
	Job     string // the server's id of it
	State   string // such as "RUNNING"; "" for a message
	Message string // a warning or an error of the engine, "" for a change of state
}

// Prepare examines the workers' program. It contacts nobody.
func Prepare(p *beam.Pipeline, o Options, name string) (*Job, error) {
	j := &Job{name: name, options: o, pipeline: p, patience: usualPatience}
	if !o.Remote() {
		j.worker = noWorker()
		return j, nil
	}
	var err error
	j.worker, err = portable.FindWorker(o.WorkerBinary)
	return j, err
}

// noWorker is the program of workers that need none: an empty one.
func noWorker() portable.Worker {
	empty := sha256.Sum256(nil)
	return portable.Worker{Path: os.DevNull, SHA256: hex.EncodeToString(empty[:])}
}

// Run submits the job and waits for its end, nil when it is done. observe is told
// of its course, by the calling goroutine; it may be nil.
//
// When stop is closed Run asks the server to cancel the job and waits for that; it
// returns ErrStopped then, or nil for a job that was done before. When ctx ends
// it asks, too, but returns at once. Other errors are ErrCancelled for a job that
// somebody else cancelled, a *FailedError, and those of the connection; a job may
// outlive the latter.
func (j *Job) Run(ctx context.Context, stop <-chan struct{}, observe func(Event)) error {
	env, done, err := j.environment(ctx)
	if err != nil {
		return err
	}
	defer done()
	proto, err := j.translate(ctx, env)
	if err != nil {
		return err
	}
	conn, err := grpcx.Dial(ctx, j.options.Endpoint, j.dial)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		// The dialer's own error, of many lines, says no more than this.
		return fmt.Errorf("job server %s does not answer within %v: start it, or correct beam.job_server.endpoint", j.options.Endpoint, j.dial)
	}
	defer conn.Close()
	client := jobpb.NewJobServiceClient(conn)
	id, err := j.submit(ctx, client, proto)
	if err != nil {
		return err
	}
	w := &watch{client: client, id: id, patience: j.patience, observe: observe}
	return w.wait(ctx, stop)
}

// environment says where the workers live. The caller owes a call of done.
func (j *Job) environment(ctx context.Context) (env portable.Environment, done func(), err error) {
	switch j.options.Environment {
	case External:
		return portable.External(j.options.WorkerPool), func() {}, nil
	case Docker:
		return portable.Docker(j.options.ContainerImage), func() {}, nil
	}
	return loop(ctx)
}

// loop makes this process a worker pool, until done is called.
func loop(ctx context.Context) (env portable.Environment, done func(), err error) {
	ctx = context.WithoutCancel(ctx)
	pool, err := extworker.StartLoopback(ctx, 0)
	if err != nil {
		return env, nil, fmt.Errorf("start worker: %w", err)
	}
	return portable.External(pool.EnvironmentConfig(ctx)), func() { _ = pool.Stop(ctx) }, nil
}

func (j *Job) translate(ctx context.Context, env portable.Environment) (*pipepb.Pipeline, error) {
	proto, err := portable.Translate(ctx, j.pipeline, env)
	if err != nil {
		return nil, err
	}
	return proto, j.worker.StageFile(proto)
}

// submit hands the pipeline and the workers' program over and starts the job.
func (j *Job) submit(ctx context.Context, client jobpb.JobServiceClient, proto *pipepb.Pipeline) (id string, err error) {
	opts := &runnerlib.JobOptions{Name: j.name, Worker: j.worker.Path, Parallelism: j.parallelism(), Loopback: !j.options.Remote()}
	prepared, artifacts, token, err := runnerlib.Prepare(ctx, client, proto, opts)
	if err == nil {
		token, err = runnerlib.Stage(ctx, prepared, artifacts, j.worker.Path, token)
	}
	if err == nil {
		id, err = runnerlib.Submit(ctx, client, prepared, token)
	}
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", fmt.Errorf("job server %s refused the job: %w", j.options.Endpoint, err)
	}
	return id, nil
}

// parallelism is -1, which the framework takes for the engine's own, for 0.
func (j *Job) parallelism() int {
	if j.options.Parallelism == 0 {
		return -1
	}
	return j.options.Parallelism
}
