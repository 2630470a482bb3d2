package main

import (
	"context"
	"path/filepath"

	"github.com/groundmill/groundmill/internal/bootstrap"
	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
)

// goldNames are the gold sets in the order in which a program works on them.
var goldNames = []string{"val", "natural", "upper", "title", "web"}

// A finding is how well a system's phrases agree with gold.
type finding struct {
	system
	about       string
	unavailable string                 // why there are no rows
	rows        map[string][]score.Row // by gold set, one a caption
}

// judge lets a system label all gold sets and scores what it found.
func judge(ctx context.Context, s system, core int, sets map[string]goldSet, work string) (finding, error) {
	f := finding{system: s, rows: make(map[string][]score.Row)}
	var files []JobFile
	for _, name := range goldNames {
		files = append(files, JobFile{Captions: sets[name].captions, Spans: filepath.Join(work, name+".spans.jsonl")})
	}
	result, err := s.run(ctx, core, files)
	if err != nil {
		return f, err
	}
	f.about, f.unavailable = result.About, result.Unavailable
	if f.unavailable != "" {
		return f, nil
	}
	for i, name := range goldNames {
		found, err := readSpans(files[i].Spans, sets[name].gold)
		if err != nil {
			return f, err
		}
		for j, g := range sets[name].gold {
			f.rows[name] = append(f.rows[name], score.Caption(g, found[j]))
		}
	}
	return f, nil
}

func sum(rows []score.Row) (total score.Row) {
	for _, r := range rows {
		total.Add(r)
	}
	return total
}

// halfWidths returns half the widths of the 95 % intervals of rates over captions, by
// a bootstrap.
func halfWidths(ctx context.Context, rows []score.Row, rates ...func(score.Row) float64) ([]float64, error) {
	intervals, err := bootstrap.Intervals(ctx, len(rows), bootstrap.Default(), func(counts []int32) []float64 {
		var total score.Row
		for i, n := range counts {
			for range n {
				total.Add(rows[i])
			}
		}
		values := make([]float64, len(rates))
		for i, rate := range rates {
			values[i] = rate(total)
		}
		return values
	})
	widths := make([]float64, len(intervals))
	for i, interval := range intervals {
		widths[i] = (interval.High - interval.Low) / 2
	}
	return widths, err
}
