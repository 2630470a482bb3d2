package audit

import (
	"context"
	"runtime"

	"github.com/groundmill/groundmill/internal/storage"
)

// Options say how to audit. The zero value is the default.
type Options struct {
	Seed       uint64 // of the samples; another seed draws others
	PerStratum int    // rows shown of each stratum; 0 is 2
	Workers    int    // row groups counted side by side; 0 is one a processor
	// Observe, if set, is called from any goroutine with the rows counted so far
	// and their total. It must be quick.
	Observe func(done, total int64)
}

func (o Options) withDefaults() Options {
	if o.PerStratum <= 0 {
		o.PerStratum = 2
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// Run audits a folder. The error wraps ErrNoData when there is nothing to audit;
// a data file, a rejects file or a manifest that cannot be read is an error that
// names it. What is wrong inside a run that can be read is in the report.
func Run(ctx context.Context, store storage.Store, opts Options) (*Report, error) {
	opts = opts.withDefaults()
	f, err := Open(ctx, store)
	if err != nil {
		return nil, err
	}
	c := &counter{folder: f, opts: opts, data: f.data, rejects: f.rejects}
	partial, err := c.run(ctx)
	if err != nil {
		return nil, err
	}
	return f.Report(ctx, partial)
}

// Report says what a Partial of the whole folder holds, and what of it is not as
// it should be.
func (f *Folder) Report(ctx context.Context, whole *Partial) (*Report, error) {
	look, err := f.look(ctx)
	if err != nil {
		return nil, err
	}
	r := newReport(f, whole)
	r.account(f, look)
	return r, nil
}
