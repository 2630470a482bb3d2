package pipelines

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/pipelines/jobserver"
	"github.com/groundmill/groundmill/schema"
)

// The Beam runners that Run accepts.
const (
	RunnerPrism    = "prism"    // inside this process
	RunnerFlink    = "flink"    // Flink, by Beam's job server for it
	RunnerPortable = "portable" // any other job server: Spark's, a Prism server
	RunnerDataflow = "dataflow" // Google Cloud Dataflow
)

// Runners lists them all.
var Runners = []string{RunnerPrism, RunnerFlink, RunnerPortable, RunnerDataflow}

// maxLanes is the most bundles that Prism runs at once; it is fixed in Prism.
const maxLanes = 8

// BeamOptions are the section beam of a configuration: which runner does the
// units of a run, and how. They have no influence on the results.
type BeamOptions struct {
	// Runner is one of Runners.
	Runner string `yaml:"runner"`
	// Lanes is how many units go on side by side, 1 to 8: on prism and portable in
	// all, on Dataflow in each worker. Flink spreads the units of one lane by its
	// parallelism.
	Lanes int `yaml:"lanes"`
	// JobServer is for flink and portable.
	JobServer jobserver.Options `yaml:"job_server"`
	// Dataflow is for dataflow.
	Dataflow dataflow.Options `yaml:"dataflow"`
}

// DefaultBeam returns the options that a configuration starts from.
func DefaultBeam(lanes int) BeamOptions {
	return BeamOptions{Runner: RunnerPrism, Lanes: lanes, JobServer: jobserver.Default(), Dataflow: dataflow.Default()}
}

// orDefault fills in what the zero value leaves open: prism with one lane.
func (o BeamOptions) orDefault() BeamOptions {
	o.Runner, o.Lanes = cmp.Or(o.Runner, RunnerPrism), cmp.Or(o.Lanes, 1)
	return o
}

// onJobServer says whether the runner is reached through a job server.
func (o BeamOptions) onJobServer() bool { return o.Runner == RunnerFlink || o.Runner == RunnerPortable }

// Remote reports whether units run in other processes than this one.
func (o BeamOptions) Remote() bool {
	return o.Runner == RunnerDataflow || o.onJobServer() && o.JobServer.Remote()
}

// Reaches reports whether workers may find a location: those of a cloud see buckets
// alone, those of a job server what its machines share with this one.
func (o BeamOptions) Reaches(location string) bool {
	switch {
	case o.Runner == RunnerDataflow:
		return strings.HasPrefix(location, "gs://")
	case o.Remote():
		return !strings.HasPrefix(location, "mem://")
	}
	return true
}

// Check adds what is wrong with the options, whose path in the configuration is
// given. It looks at no file and contacts nobody.
func (o BeamOptions) Check(c *schema.Check, path string) {
	if !slices.Contains(Runners, o.Runner) {
		c.Addf(path+".runner", "%q is unknown, use one of %q", o.Runner, Runners)
	}
	if o.Lanes < 1 || o.Lanes > maxLanes {
		c.Addf(path+".lanes", "%d is not between 1 and %d", o.Lanes, maxLanes)
	}
	switch {
	case o.onJobServer():
		o.JobServer.Check(c, path+".job_server")
	case o.Runner == RunnerDataflow:
		o.Dataflow.Check(c, path+".dataflow")
	}
}

// engine runs pipelines: one of Beam's runners.
type engine interface {
	// layout says how units are spread over the pipeline.
	layout() layout
	// execute runs a pipeline to its end. A closed stop asks an engine whose units
	// run elsewhere to end the job, which is errStopped, and is nil for others; the
	// end of ctx is not waited for. Units in this process end by themselves in both
	// cases.
	execute(ctx context.Context, stop <-chan struct{}, p *beam.Pipeline) error
	// describe returns what execute would submit, as a value for JSON. It contacts
	// nobody.
	describe(ctx context.Context, p *beam.Pipeline) (any, error)
}

// layout says how units are spread over a pipeline.
type layout struct {
	lanes int // branches, each a sequence of units for engines that do not cut it
	// shuffle puts a barrier behind the list of units, at which engines of many
	// machines deal them out.
	shuffle bool
}

// errStopped is what execute returns for a job that it ended on request.
var errStopped = errors.New("the job was stopped on request")

// jobTitle is what an engine calls the job of a run.
type jobTitle struct {
	name   string            // of lower-case letters, digits and hyphens
	labels map[string]string // for engines that have them
}

// engine returns the engine of the options.
func (o *Options) engine(title jobTitle) engine {
	observe := o.Job
	if observe == nil {
		observe = func(JobEvent) {}
	}
	switch beam := o.Beam; {
	case beam.onJobServer():
		return &serverEngine{options: beam, title: title, observe: observe}
	case beam.Runner == RunnerDataflow:
		return &dataflowEngine{options: beam, title: title, observe: observe, pace: dataflow.Pace{First: o.Poll, Most: 3 * o.Poll}}
	}
	return &prismEngine{lanes: o.Beam.Lanes}
}

// JobEvent is what is worth telling about a job on an engine outside this
// process.
type JobEvent struct {
	Job     string // the engine's id of it
	State   string // as the engine calls it, in lower case; "" for a message
	Message string // a warning or an error; "" for a change of state
	URL     string // where people can watch it, "" if there is no such place
}
