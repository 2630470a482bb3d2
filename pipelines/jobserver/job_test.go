package jobserver

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func smallJob(t *testing.T, o Options) *Job {
	t.Helper()
	beam.Init()
	p, s := beam.NewPipelineWithRoot()
	beam.Create(s, 1)
	job, err := Prepare(p, o, "small")
	if err != nil {
		t.Fatal(err)
	}
	job.patience = patience{dial: 100 * time.Millisecond, grace: time.Second, lost: time.Second, pause: time.Millisecond}
	return job
}

func TestNobodyAnswers(t *testing.T) {
	job := smallJob(t, Options{Endpoint: "localhost:1", Environment: Loopback})
	if err := job.Run(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "job server localhost:1 does not answer") {
		t.Errorf("error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := job.Run(ctx, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// refusing is a server that takes no job.
type refusing struct {
	jobpb.UnimplementedJobServiceServer
}

func (refusing) Prepare(context.Context, *jobpb.PrepareJobRequest) (*jobpb.PrepareJobResponse, error) {
	return nil, status.Error(codes.FailedPrecondition, "this engine has no room")
}

func TestJobIsRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	jobpb.RegisterJobServiceServer(server, refusing{})
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		server.Stop()
		<-served
	}()
	job := smallJob(t, Options{Endpoint: listener.Addr().String(), Environment: External, WorkerPool: "localhost:1"})
	job.patience.dial = 10 * time.Second
	if err := job.Run(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "refused the job") || !strings.Contains(err.Error(), "no room") {
		t.Errorf("error is %v", err)
	}
}

func TestDescribe(t *testing.T) {
	for env, want := range map[Environment]Options{
		Loopback: {Environment: Loopback},
		External: {Environment: External, WorkerPool: "pool:50000"},
		Docker:   {Environment: Docker, ContainerImage: "example/worker:1"},
	} {
		want.Endpoint, want.Parallelism = "localhost:8099", 3
		got, err := smallJob(t, want).Describe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "small" || got.Endpoint != want.Endpoint || got.Environment != env || got.Parallelism != 3 || len(got.Pipeline) == 0 {
			t.Errorf("%s: %+v", env, got)
		}
		if remote := want.Remote(); (got.WorkerSHA256 != "") != remote || (got.WorkerBinary != "") != remote {
			t.Errorf("%s: worker %q, %q", env, got.WorkerBinary, got.WorkerSHA256)
		}
	}
	if _, err := Prepare(beam.NewPipeline(), Options{Environment: External, WorkerBinary: "missing"}, "x"); err == nil {
		t.Error("a missing worker binary is no error")
	}
}
