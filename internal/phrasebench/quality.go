package main

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"

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

// resamples is how often the bootstrap draws.
const resamples = 1000

// halfWidth returns half the width of the 95 % interval of a rate over captions,
// by the percentile bootstrap (Efron 1979) with a fixed seed.
func halfWidth(rows []score.Row, rate func(score.Row) float64) float64 {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, resamples)
	for i := range values {
		var total score.Row
		for range rows {
			total.Add(rows[random.IntN(len(rows))])
		}
		values[i] = rate(total)
	}
	slices.Sort(values)
	return (values[resamples*975/1000] - values[resamples*25/1000]) / 2
}
