package faulty

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
)

// Job is something that writes to a store, of the location mem://name. It may
// mount it.
type Job func(t *testing.T, store storage.Store) error

// CrashEverywhere runs a job once without a fault and counts its operations.
// Then it lets the job die at every stride-th of them, before it and after it,
// and starts it again in three worlds: after a loss of power, after one on a
// disk that had promised too much, where published files are missing, and in
// what the dead process left. Each time the job has to end without an error,
// with the very files of the first run and no others. A job that says that it
// has ended well, dead or not, must have left these files.
func CrashEverywhere(t *testing.T, name string, stride int, job Job) {
	t.Helper()
	clean := storage.NewMemory(name)
	counting := New(clean)
	if err := job(t, counting); err != nil {
		t.Fatalf("without a fault: %v", err)
	}
	c := crasher{t, name, job, Contents(t, clean)}
	for n := 1; n <= counting.Operations(); n += stride {
		c.crash(Rule{Nth: n, Effect: Crash})
		c.crash(Rule{Nth: n, Effect: CrashAfter})
	}
}

// crasher lets a job die and starts it again.
type crasher struct {
	*testing.T
	name string
	job  Job
	want map[string]string
}

func (c crasher) crash(rule Rule) {
	c.Helper()
	memory := storage.NewMemory(c.name)
	store := New(memory, rule)
	err := c.job(c.T, store)
	calls := store.Calls()
	at := fmt.Sprintf("crash at operation %d, %v", len(calls), calls[len(calls)-1])
	if err == nil {
		c.compare(at+", unnoticed", memory.Clone())
	} else if !store.Crashed() {
		c.Errorf("without a crash: %v", err)
	}
	c.restart(at+", loss of power", memory.Clone())
	c.restart(at+", loss of files", memory.PowerLoss(uint64(len(calls))))
	c.restart(at, memory)
}

// restart runs the job to its end.
func (c crasher) restart(after string, memory *storage.Memory) {
	c.Helper()
	if err := c.job(c.T, memory); err != nil {
		c.Errorf("after a %s: %v", after, err)
		return
	}
	c.compare(after, memory)
}

func (c crasher) compare(after string, memory *storage.Memory) {
	c.Helper()
	if diff := cmp.Diff(c.want, Contents(c.T, memory)); diff != "" {
		c.Errorf("after a %s (-want +got):\n%s", after, diff)
	}
}

// Contents returns the content of every file of a store. Temporary files are
// there with their names alone.
func Contents(t *testing.T, store storage.Store) map[string]string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	list, err := store.List(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, info := range list {
		if info.Temporary() {
			contents[info.Name] = ""
			continue
		}
		content, err := storage.ReadFile(ctx, store, info.Name)
		if err != nil {
			t.Fatal(err)
		}
		contents[info.Name] = string(content)
	}
	return contents
}
