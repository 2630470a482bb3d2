package pipelines

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"

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

// Factory opens a Job from its serialised specification.
type Factory func(spec []byte) (Job, error)

// registry maps names to factories; it is written by init functions only.
var registry = map[string]Factory{}

// Register makes a kind of job known under a name. Call it from an init
// function, so that worker processes know it too; a name can be taken once.
func Register(name string, open Factory) {
	if _, taken := registry[name]; taken {
		panic("pipelines: job " + name + " is registered twice")
	}
	registry[name] = open
}

// openJob opens a job of that name and spec.
func openJob(name string, spec []byte) (Job, error) {
	open, ok := registry[name]
	if !ok {
		return nil, fmt.Errorf("pipelines: unknown job %q, known are %q", name, slices.Sorted(maps.Keys(registry)))
	}
	return open(spec)
}

// workerJobs holds the jobs of a worker process, one a name and spec. Nothing
// tells a worker when it is done with one, so none is ever closed.
var workerJobs sync.Map // of jobKey to func() (Job, error)

// jobKey identifies a job: its kind and the digest of its spec.
type jobKey struct {
	name string
	spec [sha256.Size]byte
}

// workerJob returns the worker process's job of that name and spec. The first
// call opens it; its error, too, is what all later calls get.
func workerJob(name string, spec []byte) (Job, error) {
	key := jobKey{name, sha256.Sum256(spec)}
	open, _ := workerJobs.LoadOrStore(key, sync.OnceValues(func() (Job, error) { return openJob(name, spec) }))
	return open.(func() (Job, error))()
}
