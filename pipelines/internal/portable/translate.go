// Package portable turns pipelines into the protos that job services of Beam's
// portability framework take, and finds the program that their workers run.
//
//	proto, err := portable.Translate(ctx, pipeline, portable.Docker("example/worker:1"))
//	worker, err := portable.FindWorker("") // this very program
//	err = worker.StageAt(proto, "gs://bucket/staging/worker")
//
// It reads none of the flags that the SDK's own runners are set by: what a job is
// made of comes from a configuration, so nothing can slip into it.
package portable

import (
	"context"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
)

// The ways of running workers, as the Beam model names them
// (beam_runner_api.proto, StandardEnvironments).
const (
	urnDocker   = "beam:env:docker:v1"
	urnExternal = "beam:env:external:v1"
)

// Environment says where a runner runs the code of its workers.
type Environment struct {
	urn, config string
}

// Docker is a container image, which the runner starts.
func Docker(image string) Environment { return Environment{urnDocker, image} }

// External is a worker pool that listens at host:port, which starts a worker when
// the runner asks it to.
func External(endpoint string) Environment { return Environment{urnExternal, endpoint} }

// Translate returns the proto of a pipeline whose workers live in env. Its workers'
// program is unknown yet, see Worker.
func Translate(ctx context.Context, p *beam.Pipeline, env Environment) (*pipepb.Pipeline, error) {
	edges, _, err := p.Build()
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	environment, err := graphx.CreateEnvironment(ctx, env.urn, func(context.Context) string { return env.config })
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	proto, err := graphx.Marshal(edges, &graphx.Options{Environment: environment})
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	return proto, nil
}
