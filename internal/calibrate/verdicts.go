package calibrate

import (
	"errors"
	"fmt"

	"github.com/groundmill/groundmill/internal/sampling"
	"github.com/groundmill/groundmill/internal/verdict"
)

// Unsure says what counts for a box of which the judge was not sure.
type Unsure string

// What unsure verdicts count for.
const (
	UnsureIsWrong Unsure = "wrong" // the cautious reading
	UnsureIsOut   Unsure = "out"   // as if never judged
)

// ErrNothingJudged is returned for judgements without a single one.
var ErrNothingJudged = errors.New("nothing is judged")

// FromVerdicts takes the judgements of a file. A stratum's population is what the
// weights of all its lines add up to, judged or not.
func FromVerdicts(f *verdict.File, unsure Unsure) (*Judged, error) {
	c := verdictCollector{unsure: unsure, units: map[string]int{}}
	for i := range f.Judgements {
		c.add(&f.Judgements[i])
	}
	j := &Judged{Rules: f.Rules, boxes: c.boxes, design: c.design, recall: "the right boxes above the floor", Origin: map[string]string{}}
	j.Rules.Evidence = nil
	if f.SourceSHA256 != "" {
		j.Origin["source_sha256"] = f.SourceSHA256
	}
	c.notes(j)
	if len(j.boxes) == 0 {
		return nil, ErrNothingJudged
	}
	return j, nil
}

type verdictCollector struct {
	unsure Unsure
	design stratified
	units  map[string]int // by name
	names  []string
	boxes  []box

	phrases, unjudged, left int
}

func (c *verdictCollector) add(v *verdict.Judgement) {
	if v.Box == nil {
		c.phrases++
		return
	}
	unit, known := c.units[v.Stratum]
	if !known {
		unit = len(c.names)
		c.units[v.Stratum], c.names = unit, append(c.names, v.Stratum)
		c.design.populations, c.design.sampled = append(c.design.populations, 0), append(c.design.sampled, 0)
	}
	c.design.populations[unit] += v.Weight
	switch {
	case v.Verdict == "":
		c.unjudged++
	case v.Verdict == verdict.Unsure && c.unsure == UnsureIsOut:
		c.left++
	default:
		c.design.sampled[unit]++
		c.boxes = append(c.boxes, box{
			score: v.Score, right: v.Verdict == verdict.Correct, unit: unit, stratum: v.Stratum, found: sampling.Group(v.Stratum),
		})
	}
}

func (c *verdictCollector) notes(j *Judged) {
	note := func(n int, format string) {
		if n > 0 {
			j.Notes = append(j.Notes, fmt.Sprintf(format, n))
		}
	}
	note(c.unjudged, "%d boxes have no verdict; those of their strata that have one stand for them")
	note(c.left, "%d unsure verdicts are left out")
	note(c.phrases, "%d lines are of phrases, not of boxes")
	for i, name := range c.names {
		if c.design.sampled[i] == 0 {
			j.Uncovered = append(j.Uncovered, name)
		}
	}
}
