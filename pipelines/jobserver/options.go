package jobserver

import (
	"net"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/schema"
)

// Environment is where the workers live.
type Environment string

// The environments.
const (
	// Loopback makes the submitting process the worker: engine and data on one
	// machine.
	Loopback Environment = "loopback"
	// External has workers started by a pool: Beam's boot program with
	// --worker_pool, beside each of the engine's own processes.
	External Environment = "external"
	// Docker has the engine start containers.
	Docker Environment = "docker"
)

// Environments lists them all.
var Environments = []Environment{Loopback, External, Docker}

// Options are the section beam.job_server of a configuration.
type Options struct {
	// Endpoint is host:port of the job server; Flink's own port, 8081, is another.
	Endpoint string `yaml:"endpoint"`
	// Environment is one of Environments.
	Environment Environment `yaml:"environment"`
	// WorkerPool is host:port of the pool for External, as the engine's processes
	// reach it: localhost:50000 where each has a pool beside it.
	WorkerPool string `yaml:"worker_pool"`
	// ContainerImage is the image for Docker.
	ContainerImage string `yaml:"container_image"`
	// WorkerBinary is the program that workers run, for External and Docker; empty
	// is this very program.
	WorkerBinary string `yaml:"worker_binary"`
	// Parallelism is how many units the engine may run side by side; 0 leaves it
	// to the engine's own configuration.
	Parallelism int `yaml:"parallelism"`
}

// Default returns the options that a configuration starts from. Endpoint has no
// default.
func Default() Options { return Options{Environment: Loopback} }

// Remote reports whether units run in other processes than this one.
func (o Options) Remote() bool { return o.Environment != Loopback }

// Check adds what is wrong with the options, whose path in the configuration is
// given. It looks at no file and contacts nobody.
func (o Options) Check(c *schema.Check, path string) {
	o.checkEndpoint(c, path)
	if !slices.Contains(Environments, o.Environment) {
		c.Addf(path+".environment", "%q is unknown, use one of %q", o.Environment, Environments)
	}
	o.only(c, path+".worker_pool", External, o.WorkerPool)
	o.only(c, path+".container_image", Docker, o.ContainerImage)
	switch {
	case o.Environment == External && o.WorkerPool == "":
		c.Addf(path+".worker_pool", "is empty; give host:port of Beam's boot program with --worker_pool, such as localhost:50000")
	case o.Environment == External && !isHostPort(o.WorkerPool):
		c.Addf(path+".worker_pool", "%q is not of the form host:port", o.WorkerPool)
	case o.Environment == Docker && o.ContainerImage == "":
		c.Addf(path+".container_image", "is empty; name the image of the workers")
	case o.Environment == Loopback && o.WorkerBinary != "":
		c.Addf(path+".worker_binary", "is set, but with environment %q this very process does the work; leave it out", Loopback)
	}
	if o.Parallelism < 0 || o.Parallelism > 1<<15 {
		c.Addf(path+".parallelism", "%d is not between 0 and %d", o.Parallelism, 1<<15)
	}
}

func (o Options) checkEndpoint(c *schema.Check, path string) {
	switch {
	case o.Endpoint == "":
		c.Addf(path+".endpoint", "is empty; give host:port of the Beam job server, such as localhost:8099")
	case !isHostPort(o.Endpoint):
		c.Addf(path+".endpoint", "%q is not of the form host:port", o.Endpoint)
	case strings.HasSuffix(o.Endpoint, ":8081"):
		c.Addf(path+".endpoint", "%s is the port of Flink itself; give that of the Beam job server, which is 8099 unless set otherwise", o.Endpoint)
	}
}

// only complains about a value that another environment than the chosen one
// takes: it would have no effect.
func (o Options) only(c *schema.Check, path string, env Environment, value string) {
	if value != "" && o.Environment != env {
		c.Addf(path, "is set, but environment is %q and not %q", o.Environment, env)
	}
}

// isHostPort accepts host:port and no URL.
func isHostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	return err == nil && host != "" && port != "" && !strings.Contains(s, "/")
}
