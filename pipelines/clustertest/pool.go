package clustertest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"

	fnpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/fnexecution_v1"
	"google.golang.org/grpc"
)

// Pool starts workers, as Beam's boot program with --worker_pool does, but without
// fetching their program, and lets tests kill them.
type Pool struct {
	fnpb.UnimplementedBeamFnExternalWorkerPoolServer

	Addr    string // host:port
	program string
	env     []string
	wrote   lockedBuffer

	mu      sync.Mutex
	workers map[string]*exec.Cmd // that nobody has stopped, by their ids
	started int
}

// StartPool starts a pool whose workers run a program, with env added to the
// environment. The test's end ends it and its workers.
func StartPool(t testing.TB, program string, env ...string) *Pool {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Pool{Addr: listener.Addr().String(), program: program, env: env, workers: map[string]*exec.Cmd{}}
	server := grpc.NewServer()
	fnpb.RegisterBeamFnExternalWorkerPoolServer(server, p)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		serving.Wait()
		p.Kill()
		if t.Failed() {
			t.Logf("workers wrote:\n%s", p.wrote.tail())
		}
	})
	return p
}

// StartWorker implements the service (beam_fn_api.proto, BeamFnExternalWorkerPool).
func (p *Pool) StartWorker(_ context.Context, req *fnpb.StartWorkerRequest) (*fnpb.StartWorkerResponse, error) {
	cmd := exec.Command(p.program,
		"--worker=true",
		"--id="+req.GetWorkerId(),
		"--logging_endpoint="+req.GetLoggingEndpoint().GetUrl(),
		"--control_endpoint="+req.GetControlEndpoint().GetUrl(),
		"--semi_persist_dir="+os.TempDir(),
	)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = &p.wrote, &p.wrote
	if err := cmd.Start(); err != nil {
		return &fnpb.StartWorkerResponse{Error: err.Error()}, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.workers[req.GetWorkerId()] = cmd
	p.started++
	return &fnpb.StartWorkerResponse{}, nil
}

// StopWorker implements the service.
func (p *Pool) StopWorker(_ context.Context, req *fnpb.StopWorkerRequest) (*fnpb.StopWorkerResponse, error) {
	p.mu.Lock()
	cmd := p.workers[req.GetWorkerId()]
	delete(p.workers, req.GetWorkerId())
	p.mu.Unlock()
	kill(cmd)
	return &fnpb.StopWorkerResponse{}, nil
}

// Kill kills all workers and returns how many there were.
func (p *Pool) Kill() int {
	p.mu.Lock()
	workers := p.workers
	p.workers = map[string]*exec.Cmd{}
	p.mu.Unlock()
	for _, cmd := range workers {
		kill(cmd)
	}
	return len(workers)
}

// Started is how many workers were started so far.
func (p *Pool) Started() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.started
}

func kill(cmd *exec.Cmd) {
	if cmd != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}
