package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// A timing is what the rounds say of a system, one value a round.
type timing struct {
	system
	rates       [2][]float64 // captions per second: val, LAION
	start       []float64    // seconds
	peak        []float64    // MiB
	allocations [2]float64   // per caption, of the last round
}

// race lets the systems take turns on one core.
func race(ctx context.Context, o options, all []system, files [2]string) ([]timing, error) {
	timings := make([]timing, len(all))
	for round := range o.rounds {
		for i, s := range all {
			fmt.Fprintf(os.Stderr, "phrasebench: round %d: %s\n", round+1, s.name)
			timings[i].system = s
			if err := timings[i].round(ctx, o, files); err != nil {
				return nil, err
			}
		}
	}
	return timings, nil
}

func (t *timing) round(ctx context.Context, o options, files [2]string) error {
	result, err := t.run(ctx, o.core, []JobFile{
		{Captions: files[0], Seconds: o.seconds}, {Captions: files[1], Seconds: o.seconds},
	})
	if err != nil || result.Unavailable != "" {
		return err
	}
	for i, f := range result.Files {
		t.rates[i] = append(t.rates[i], median(f.Rates))
		t.allocations[i] = f.Allocations
	}
	t.start = append(t.start, result.start)
	t.peak = append(t.peak, float64(result.PeakBytes)/(1<<20))
	return nil
}

// fastest returns the peer with the highest median rate over a file, nil where
// no peer could run.
func fastest(timings []timing, file int) (best *timing) {
	for i, t := range timings {
		if t.ours || t.rates[file] == nil {
			continue
		}
		if best == nil || median(t.rates[file]) > median(best.rates[file]) {
			best = &timings[i]
		}
	}
	return best
}

// ratios returns a's rates over b's, round by round.
func ratios(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] / b[i]
	}
	return out
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
