package teacherbench

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/groundmill/groundmill/teacher"
)

// pace is what a loop over batches achieved.
type pace struct {
	images  int
	wall    time.Duration
	ground  time.Duration // inside of Ground, of all loops together
	traffic traffic
}

func (p pace) rate() float64 { return float64(p.images) / p.wall.Seconds() }

// measure times one batch size, bare and fed.
func (b *bench) measure(ctx context.Context, all []teacher.Prepared, size int) (Point, error) {
	full, err := fullBatches(all, size, b.options.InFlight)
	if err != nil {
		return Point{}, err
	}
	bare, err := b.bare(ctx, full)
	if err != nil {
		return Point{}, err
	}
	fed, err := b.fed(ctx, size)
	if err != nil {
		return Point{}, err
	}
	return newPoint(size, bare, fed), nil
}

// bare grounds prepared batches over and over, after one that warms up.
func (b *bench) bare(ctx context.Context, full [][]teacher.Prepared) (pace, error) {
	if _, err := b.model.Ground(ctx, full[0]); err != nil {
		return pace{}, err
	}
	ring := make(chan []teacher.Prepared, len(full))
	for _, batch := range full {
		ring <- batch
	}
	return b.loop(ctx, ring, func(batch []teacher.Prepared) { ring <- batch })
}

// fed grounds batches that are prepared meanwhile, after one that warms up and
// leaves the feeder time to get ahead.
func (b *bench) fed(ctx context.Context, size int) (p pace, err error) {
	ctx, stop := context.WithCancel(ctx)
	group, groupCtx := errgroup.WithContext(ctx)
	defer func() {
		stop()
		if cause := group.Wait(); cause != nil {
			err = cause // which made the loop stop
		}
	}()
	f := b.feed(groupCtx, group, size)
	first, ok := receive(groupCtx, f.ready)
	if !ok {
		return pace{}, ctx.Err()
	}
	if _, err := b.model.Ground(groupCtx, first); err != nil {
		return pace{}, err
	}
	release(first)
	return b.loop(groupCtx, f.ready, release)
}

func release(batch []teacher.Prepared) {
	for _, p := range batch {
		p.Release()
	}
}

// loop grounds batches from a channel, as many at once as Options.InFlight says,
// until the time is up, one each at least, and hands them to after.
func (b *bench) loop(ctx context.Context, from <-chan []teacher.Prepared, after func([]teacher.Prepared)) (p pace, err error) {
	var mu sync.Mutex
	b.meter.take()
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for range b.options.InFlight {
		group.Go(func() error {
			for again := true; again; again = time.Since(start) < b.options.Time {
				batch, ok := receive(ctx, from)
				if !ok {
					return ctx.Err()
				}
				begun := time.Now()
				if _, err := b.model.Ground(ctx, batch); err != nil {
					return err
				}
				mu.Lock()
				p.images += len(batch)
				p.ground += time.Since(begun)
				mu.Unlock()
				after(batch)
			}
			return nil
		})
	}
	err = group.Wait()
	p.wall, p.traffic = time.Since(start), b.meter.take()
	return p, err
}
