package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Config says how units are resampled.
type Config struct {
	Resamples int    `json:"resamples"` // 0 is none: no intervals
	Seed      uint64 `json:"seed"`
}

// Level is the share of resamples that an interval covers.
const Level = 0.95

// Default returns 1,000 resamples with seed 1.
func Default() Config { return Config{Resamples: 1000, Seed: 1} }

// Validate refuses a number of resamples that no interval can be made of.
func (c Config) Validate() error {
	const least, most = 40, 1_000_000
	if c.Resamples != 0 && (c.Resamples < least || c.Resamples > most) {
		return fmt.Errorf("resamples: %d is not 0 or within %d-%d", c.Resamples, least, most)
	}
	return nil
}

// String says for people what intervals are of, without the unit.
func (c Config) String() string {
	if c.Resamples == 0 {
		return "no intervals"
	}
	return fmt.Sprintf("%.0f%% intervals: percentile bootstrap, %d resamples, seed %d", 100*Level, c.Resamples, c.Seed)
}

// Interval is where a figure lies in the middle Level of the resamples, both
// ends NaN where there is none.
type Interval struct{ Low, High float64 }

// None is the interval of a figure that was not resampled.
func None() Interval { return Interval{math.NaN(), math.NaN()} }

// Figures computes figures of a resample: counts[i] says how often unit i was
// drawn. It is called by several goroutines at once, always returns as many
// figures, and keeps no reference to counts.
type Figures func(counts []int32) []float64

// Intervals resamples units units and returns an interval for each figure, nil
// where no resamples are asked for or there are no units.
func Intervals(ctx context.Context, units int, c Config, figures Figures) ([]Interval, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Resamples == 0 || units == 0 {
		return nil, nil
	}
	values := make([][]float64, c.Resamples)
	type draw struct {
		index  int
		counts []int32
	}
	draws := make(chan draw)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(draws)
		random := rand.New(rand.NewPCG(c.Seed, c.Seed+1))
		for i := range c.Resamples {
			select {
			case draws <- draw{i, counts(random, units)}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for d := range draws {
				values[d.index] = figures(d.counts)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return intervals(values), nil
}

// counts draws as many units as there are.
func counts(random *rand.Rand, units int) []int32 {
	out := make([]int32, units)
	for range units {
		out[random.IntN(units)]++
	}
	return out
}

// intervals returns the interval of each column.
func intervals(values [][]float64) []Interval {
	out := make([]Interval, len(values[0]))
	for j := range out {
		var column []float64
		for _, row := range values {
			if !math.IsNaN(row[j]) {
				column = append(column, row[j])
			}
		}
		out[j] = percentile(column)
	}
	return out
}

// percentile returns the interval that leaves out equally many values at both
// ends.
func percentile(values []float64) Interval {
	n := len(values)
	if n == 0 {
		return None()
	}
	slices.Sort(values)
	low := n * 25 / 1000
	return Interval{values[low], values[min(n-1, n*975/1000)]}
}

// OfSums resamples units that are rows of counts; figures computes from the sums
// of the columns. All rows have equally many columns.
func OfSums(ctx context.Context, rows [][]int32, c Config, figures func(total []int64) []float64) ([]Interval, error) {
	if len(rows) == 0 {
		return nil, c.Validate()
	}
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, errors.New("bootstrap: row " + fmt.Sprint(i) + " has other columns than row 0")
		}
	}
	return Intervals(ctx, len(rows), c, func(counts []int32) []float64 { return figures(weighted(rows, counts)) })
}

// Sum returns the sums of the columns of rows, columns of them.
func Sum(rows [][]int32, columns int) []int64 {
	total := make([]int64, columns)
	for _, row := range rows {
		for j, v := range row {
			total[j] += int64(v)
		}
	}
	return total
}

func weighted(rows [][]int32, counts []int32) []int64 {
	total := make([]int64, len(rows[0]))
	for i, row := range rows {
		if n := int64(counts[i]); n > 0 {
			for j, v := range row {
				total[j] += n * int64(v)
			}
		}
	}
	return total
}
