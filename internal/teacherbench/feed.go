package teacherbench

import (
	"context"
	"math"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/teacher"
)

// feeder prepares the samples over and over, on goroutines that stay a batch
// ahead of whoever receives from ready.
type feeder struct {
	*bench
	size     int // of a batch
	indices  chan int
	prepared chan teacher.Prepared
	ready    chan []teacher.Prepared // never closed
}

// feed starts a feeder whose goroutines belong to the group and end with ctx.
func (b *bench) feed(ctx context.Context, group *errgroup.Group, size int) *feeder {
	f := &feeder{b, size, make(chan int), make(chan teacher.Prepared, size), make(chan []teacher.Prepared, b.options.InFlight)}
	group.Go(func() error { return f.count(ctx) })
	for range b.options.Workers {
		group.Go(func() error { return f.work(ctx) })
	}
	group.Go(func() error { return f.join(ctx) })
	return f
}

// count deals out the samples in turn.
func (f *feeder) count(ctx context.Context) error {
	for i := 0; send(ctx, f.indices, i); i = (i + 1) % len(f.samples) {
	}
	return nil
}

// work prepares samples.
func (f *feeder) work(ctx context.Context) error {
	for {
		i, ok := receive(ctx, f.indices)
		if !ok {
			return nil
		}
		p, err := f.prepare(i, &hostTime{})
		if err != nil || !send(ctx, f.prepared, p) {
			return err
		}
	}
}

// join makes full batches of equal shape. As the samples come round again, every
// shape's becomes full.
func (f *feeder) join(ctx context.Context) error {
	batcher := teacher.NewBatcher[teacher.Prepared](f.size, math.MaxInt)
	for {
		p, ok := receive(ctx, f.prepared)
		if !ok {
			return nil
		}
		for _, batch := range batcher.Add(p) {
			if !send(ctx, f.ready, batch) {
				return nil
			}
		}
	}
}

// send reports whether v went into c before ctx ended.
func send[T any](ctx context.Context, c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

// receive reports whether a value came out of c before ctx ended.
func receive[T any](ctx context.Context, c <-chan T) (v T, ok bool) {
	select {
	case v = <-c:
		return v, true
	case <-ctx.Done():
		return v, false
	}
}
