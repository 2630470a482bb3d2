package jobserver

import (
	"context"
	"encoding/json"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
)

// Description is what Run would submit.
type Description struct {
	Name         string          `json:"name"`
	Endpoint     string          `json:"endpoint"`
	Environment  Environment     `json:"environment"`
	Parallelism  int             `json:"parallelism,omitempty"`
	WorkerBinary string          `json:"worker_binary,omitempty"`
	WorkerSHA256 string          `json:"worker_sha256,omitempty"`
	Pipeline     json.RawMessage `json:"pipeline"` // org.apache.beam.model.pipeline.v1.Pipeline
}

// Describe returns what Run would submit. It contacts nobody.
func (j *Job) Describe(ctx context.Context) (Description, error) {
	d := Description{Name: j.name, Endpoint: j.options.Endpoint, Environment: j.options.Environment, Parallelism: j.options.Parallelism}
	env := portable.External("localhost:0") // of Loopback: the port is known once the job runs
	if j.options.Remote() {
		d.WorkerBinary, d.WorkerSHA256 = j.worker.Path, j.worker.SHA256
		var err error
		if env, _, err = j.environment(ctx); err != nil {
			return d, err
		}
	}
	proto, err := j.translate(ctx, env)
	if err != nil {
		return d, err
	}
	d.Pipeline, err = protojson.Marshal(proto)
	return d, err
}
