package pipelines

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Job does the work of units. One Job serves all lanes of a process, so its
// methods are safe for concurrent use.
type Job interface {
	// RunUnit turns one unit into files, publishes them to task.Store and
	// accounts for them. What it publishes depends on the unit and the spec
	// alone. It returns only after every goroutine it started has ended. When
	// the context ends it stops and returns an error. An input that cannot be read
	// is an error that wraps ErrInput; the unit may then be run again.
	RunUnit(ctx context.Context, task Task) (schema.UnitSummary, error)
	// Identity says what makes the files.
	Identity() schema.Identity
	// Close releases the job. No call may follow or be in flight.
	Close() error
}

// Task is what a Job is asked to do.
type Task struct {
	Unit
	Store storage.Store
	// Records, if not nil, are the only ones to do; the others of the input count
	// nowhere.
	Records Selection
	// Report adds to the progress of the run: records as they are accounted for,
	// each reject with its reason, and bytes, which add up to Unit.Bytes. It is
	// safe for concurrent use.
	Report func(Progress)
}

// Factory makes Jobs from their serialised specification.
type Factory struct {
	// Open opens a job with all that its units need.
	Open func(spec []byte) (Job, error)
	// Identify returns the Identity of the Job that Open would give, without what
	// only a process that does units can know: there Model may lack anything.
	Identify func(ctx context.Context, spec []byte) (schema.Identity, error)
}

// registry maps names to factories; it is written by init functions only.
var registry = map[string]Factory{}

// Register makes a kind of job known under a name. Call it from an init
// function, so that worker processes know it too; a name can be taken once.
func Register(name string, factory Factory) {
	if _, taken := registry[name]; taken {
		panic("pipelines: job " + name + " is registered twice")
	}
	registry[name] = factory
}

// factory returns what is registered under a name.
func factory(name string) (Factory, error) {
	f, ok := registry[name]
	if !ok {
		return f, fmt.Errorf("pipelines: unknown job %q, known are %q", name, slices.Sorted(maps.Keys(registry)))
	}
	return f, nil
}

// openJob opens a job of that name and spec.
func openJob(name string, spec []byte) (Job, error) {
	f, err := factory(name)
	if err != nil {
		return nil, err
	}
	return f.Open(spec)
}

// identifyJob says what a job of that name and spec would be, see Factory.Identify.
func identifyJob(ctx context.Context, name string, spec []byte) (schema.Identity, error) {
	f, err := factory(name)
	if err != nil {
		return schema.Identity{}, err
	}
	return f.Identify(ctx, spec)
}
