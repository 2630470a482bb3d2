package verify

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// Store is what a check needs of a storage.Store.
type Store interface {
	// Open reads a file; the error wraps fs.ErrNotExist when there is none.
	Open(ctx context.Context, name string) (storage.Reader, error)
	// List returns the files whose names begin with prefix, sorted by name.
	List(ctx context.Context, prefix string) ([]storage.Info, error)
	// String is the store's location as a person writes it.
	String() string
}

// Options say how to check. The zero value checks everything.
type Options struct {
	// Quick leaves out the digests and the rows: it looks at documents, names,
	// sizes and footers.
	Quick bool
	// Workers is how many units are checked side by side; 0 is one a processor.
	Workers int
	// Partial, if set, reads a partial result of an audit for what it counts. Without
	// it nothing but their bytes are checked.
	Partial func(data []byte) (schema.Counts, error)
	// Observe, if set, is called after each file, from any goroutine but one at a
	// time. It must be quick.
	Observe func(Progress)
}

// Progress says how many of the listed files have been checked.
type Progress struct {
	Files, TotalFiles int64
}

// ErrNoRun is wrapped by Run when the store holds nothing of a run.
var ErrNoRun = errors.New("nothing of a run in it: name the output folder of a run")

// Run checks the run in store and the runs in its retries. The error is about the
// check itself, an ended context included; whatever is wrong with the run is in
// the report.
func Run(ctx context.Context, store Store, opts Options) (*Report, error) {
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	list, err := store.List(ctx, "")
	if err != nil {
		return nil, err
	}
	folders := newFolders(store, opts, list)
	if !folders[0].ofRun() {
		return nil, fmt.Errorf("%s: %w", store, ErrNoRun)
	}
	main := folders[0]
	if err := main.check(ctx); err != nil {
		return nil, err
	}
	for _, f := range folders[1:] {
		if err := f.check(ctx); err != nil {
			return nil, err
		}
		f.checkParent(main)
		f.report.finish()
		main.report.Retries = append(main.report.Retries, f.report)
	}
	main.report.finish()
	return main.report, nil
}
