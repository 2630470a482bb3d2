package diff

import (
	"context"
	"runtime"

	"github.com/groundmill/groundmill/internal/rowset"
)

// Options say how to compare. The zero value is the default.
type Options struct {
	IoU     float64 // from which boxes are matched; 0 is 0.5
	Samples int     // rows shown of each class; 0 is 4
	Seed    uint64  // of the samples; another seed draws others
	Workers int     // row groups read, and partitions joined, side by side; 0 is one a processor
	TempDir string  // of what does not fit into memory; "" is the system's
	// Observe, if set, is called from any goroutine with the rows compared so far
	// and their total. It must be quick.
	Observe func(done, total int64)

	memory     int64 // bytes of partitions in memory; 0 is 64 MB
	partitions int   // 0 is as many as the rows need
	texts      int   // different texts that a worker counts in memory; 0 is 32,768
}

func (o Options) withDefaults(rows int64) Options {
	if o.IoU <= 0 {
		o.IoU = 0.5
	}
	if o.Samples <= 0 {
		o.Samples = 4
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.memory <= 0 {
		o.memory = 64 << 20
	}
	if o.texts <= 0 {
		o.texts = 32 << 10
	}
	if o.partitions <= 0 {
		o.partitions = partitionsFor(rows)
	}
	return o
}

// partitionsFor returns how many partitions some rows need: a power of two, so that
// one has at most 50,000, and at most 1,024, whose buffers take 64 MB.
func partitionsFor(rows int64) int {
	n := 16
	for n < 1024 && rows > int64(n)*50_000 {
		n *= 2
	}
	return n
}

// Run compares two datasets. Errors of their files name the dataset, the file, the
// row and the field.
func Run(ctx context.Context, a, b *rowset.Set, opts Options) (*Report, error) {
	p, err := newPlan(ctx, a, b)
	if err != nil {
		return nil, err
	}
	opts = opts.withDefaults(p.total)
	stage := newStage(opts)
	defer stage.close()
	progress := &progress{total: p.total, observe: opts.Observe}
	held, err := p.deal(ctx, opts, stage, progress)
	if err != nil {
		return nil, err
	}
	result, err := joinAll(ctx, opts, stage, progress)
	if err != nil {
		return nil, err
	}
	texts, err := stage.countTexts(ctx)
	if err != nil {
		return nil, err
	}
	return newReport(p, opts, held, result, texts)
}
