package jobserver

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestCheck(t *testing.T) {
	tests := []struct {
		name    string
		options Options
		want    []string // a problem of each field
	}{
		{"loopback", Options{Endpoint: "localhost:8099", Environment: Loopback}, nil},
		{"external", Options{Endpoint: "jobs:8099", Environment: External, WorkerPool: "localhost:50000", Parallelism: 8, WorkerBinary: "bin/linux/runner"}, nil},
		{"docker", Options{Endpoint: "[::1]:8099", Environment: Docker, ContainerImage: "example/worker:1"}, nil},
		{"nothing", Options{}, []string{"beam.job_server.endpoint: is empty", `beam.job_server.environment: "" is unknown`}},
		{"flink's own port", Options{Endpoint: "flink:8081", Environment: Loopback}, []string{"beam.job_server.endpoint: flink:8081 is the port of Flink itself"}},
		{"a URL", Options{Endpoint: "http://flink:8099", Environment: Loopback}, []string{"beam.job_server.endpoint: \"http://flink:8099\" is not of the form host:port"}},
		{"no port", Options{Endpoint: "flink", Environment: Loopback}, []string{"beam.job_server.endpoint: \"flink\" is not"}},
		{"no pool, no image", Options{Endpoint: "a:1", Environment: External, ContainerImage: "x", Parallelism: -1},
			[]string{"beam.job_server.container_image: is set, but environment is", "beam.job_server.worker_pool: is empty", "beam.job_server.parallelism: -1 is not"}},
		{"a pool that is none", Options{Endpoint: "a:1", Environment: External, WorkerPool: "x"}, []string{"beam.job_server.worker_pool: \"x\" is not"}},
		{"no image", Options{Endpoint: "a:1", Environment: Docker}, []string{"beam.job_server.container_image: is empty"}},
		{"a program for loopback", Options{Endpoint: "a:1", Environment: Loopback, WorkerBinary: "x"}, []string{"beam.job_server.worker_binary: is set, but"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c schema.Check
			tt.options.Check(&c, "beam.job_server")
			var invalid *schema.InvalidError
			errors.As(c.Err("options"), &invalid)
			var got []string
			if invalid != nil {
				for i, p := range invalid.Problems {
					text := p.Path + ": " + p.Text
					if i < len(tt.want) && strings.HasPrefix(text, tt.want[i]) {
						text = tt.want[i]
					}
					got = append(got, text)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
