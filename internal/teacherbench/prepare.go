package teacherbench

import (
	"context"
	"fmt"
	"time"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/raster"
)

// hostTime is what a processor core spent on images outside of the model.
type hostTime struct {
	decode, prepare time.Duration
	images          int
}

// prepareAll decodes and prepares the samples one after the other.
func (b *bench) prepareAll(ctx context.Context) (all []teacher.Prepared, spent hostTime, err error) {
	for i := range b.samples {
		if err := ctx.Err(); err != nil {
			return nil, spent, err
		}
		p, err := b.prepare(i, &spent)
		if err != nil {
			return nil, spent, err
		}
		all = append(all, p)
	}
	return all, spent, nil
}

// prepare makes model input of a sample, and adds up the time.
func (b *bench) prepare(i int, spent *hostTime) (teacher.Prepared, error) {
	s := b.samples[i]
	start := time.Now()
	img, err := raster.Decode(s.Image, raster.Limits{})
	if err != nil {
		return nil, fmt.Errorf("sample %d: %w", i, err)
	}
	decoded := time.Now()
	p, err := b.model.Prepare(teacher.Example{Image: img.RGB, Texts: []teacher.Text{s.Text}})
	if err != nil {
		return nil, fmt.Errorf("sample %d: %w", i, err)
	}
	spent.images++
	spent.decode += decoded.Sub(start)
	spent.prepare += time.Since(decoded)
	raster.Recycle(img.RGB)
	return p[0], nil
}

// fullBatches groups prepared samples by shape and leaves out batches that are
// not full. The error says how to get n of them.
func fullBatches(all []teacher.Prepared, size, n int) (full [][]teacher.Prepared, err error) {
	batcher := teacher.NewBatcher[teacher.Prepared](size, len(all)+1)
	for _, p := range all {
		full = append(full, batcher.Add(p)...)
	}
	if len(full) < n {
		return nil, fmt.Errorf("%d images give %d batches of %d images of one padded shape, but %d are needed: give more images or a smaller batch",
			len(all), len(full), size, n)
	}
	return full, nil
}
