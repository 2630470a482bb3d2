package audit

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// Bounds of what a file may say. No run comes near them, and no sum of a million
// files overflows.
const (
	mostCount = 1 << 40
	mostLevel = 40
	mostDepth = 65    // zero bits that a hash can end in, 0 to 64
	mostText  = 1024  // bytes of a text that is counted, see countedText
	mostDrawn = 1_000 // rows of a stratum
)

// restorer restores a Partial and records what cannot be part of one.
type restorer struct {
	schema.Check
	p      *Partial
	rows   []*schema.Row // that samples refer to, with their places
	places []place
}

// restore returns the Partial that s was stored from.
func (s *stored) restore() (*Partial, error) {
	r := &restorer{p: NewPartial(s.Seed, s.PerStratum)}
	if s.Version != storedVersion {
		r.Addf("version", "is missing")
	}
	if s.PerStratum < 1 || s.PerStratum > mostDrawn {
		r.Addf("per_stratum", "%d is not between 1 and %d", s.PerStratum, mostDrawn)
	}
	r.p.Images = s.Images
	r.account(&s.Counts)
	r.count("captions_cut", s.Cut)
	r.p.Cut = s.Cut
	for _, flag := range slices.Sorted(maps.Keys(s.Flags)) {
		r.count("flags."+flag, s.Flags[flag])
		r.p.Flags[flag] = s.Flags[flag]
	}
	r.measures(s.Measures)
	r.grid("box_centres", s.Centres, r.p.Centres[:])
	r.grid("borders_touched", s.Borders, r.p.Borders[:])
	r.tally("phrases", &s.Phrases, &r.p.Phrases)
	r.tally("heads", &s.Heads, &r.p.Heads)
	r.distinct("distinct", &s.Distinct, &r.p.Distinct)
	r.restoreRows(s.Rows)
	r.strata(s.Strata)
	r.patterns(s.Patterns)
	r.invalid("invalid_rows", &s.Invalid, &r.p.Invalid)
	r.rejects("rejects", s.Rejects)
	if r.Err("") == nil { // else sums would say it again
		r.sums()
	}
	return r.p, r.Err("partial result")
}

// account takes the counts over.
func (r *restorer) account(c *schema.Counts) {
	var invalid *schema.InvalidError
	if errors.As((&schema.UnitSummary{Counts: *c}).Validate(), &invalid) {
		for _, p := range invalid.Problems {
			r.Addf("counts."+p.Path, "%s", p.Text)
		}
	}
	if len(c.Removals) > 0 {
		r.Addf("counts.removals", "an audit counts none")
	}
	r.count("counts.records", c.Records)
	r.count("counts.phrases", c.Phrases)
	r.count("counts.boxes", c.Boxes)
	r.p.Counts = *c
	r.p.Counts.Records = 0
}

func (r *restorer) measures(stored map[string][]int64) {
	known := 0
	for m := range numMeasures {
		id := measureInfo[m].id
		if bins, there := stored[id]; there {
			known++
			r.histogram("measures."+id, bins, scales[m], &r.p.Measures[m])
		}
	}
	if known != len(stored) {
		r.Addf("measures", "has %d that this version does not know", len(stored)-known)
	}
}

// grid restores numbers of a fixed size.
func (r *restorer) grid(path string, from, to []int64) {
	if r.size(path, len(from), len(to)) && r.counts(path, from) {
		copy(to, from)
	}
}

func (r *restorer) strata(list []storedStratum) {
	last := -1
	for i := range list {
		s, path := &list[i], fmt.Sprintf("strata[%d]", i)
		if s.Stratum <= last || s.Stratum >= numStrata {
			r.Addf(path+".stratum", "%d is out of order, or there is none", s.Stratum)
			return
		}
		last = s.Stratum
		r.count(path+".phrases", s.Phrases)
		r.p.Strata[s.Stratum] = Stratum{s.Phrases, r.sample(path+".picks", r.p.PerStratum, s.Picks, func(row *schema.Row, phrase int) bool {
			return stratumOf(row, &row.Phrases[phrase]).index() == s.Stratum
		})}
	}
}

func (r *restorer) patterns(stored map[string]storedPattern) {
	known := 0
	for i := range numPatterns {
		id := patternInfo[i].id
		s, there := stored[id]
		if !there {
			continue
		}
		known++
		path := "patterns." + id
		r.count(path+".found", s.Found)
		r.count(path+".rows", s.Rows)
		anywhere := func(*schema.Row, int) bool { return true }
		r.p.Patterns[i] = Pattern{s.Found, s.Rows, r.sample(path+".picks", patternSamples, s.Picks, anywhere)}
	}
	if known != len(stored) || known != int(numPatterns) {
		r.Addf("patterns", "are %d, of which this version knows %d of %d", len(stored), known, numPatterns)
	}
}

// sums holds what adds up against the counts.
func (r *restorer) sums() {
	p, c := r.p, &r.p.Counts
	equal := func(path string, got, want int64, what string) {
		if got != want {
			r.Addf(path, "add up to %d, there are %d %s", got, want, what)
		}
	}
	equal("measures.box_score", p.Measures[boxScore].N, c.Boxes, "boxes")
	equal("box_centres", total(p.Centres[:]), c.Boxes, "boxes")
	equal("borders_touched", total(p.Borders[:]), c.Boxes, "boxes")
	equal("measures.boxes_per_phrase", p.Measures[boxesPerPhrase].N, c.Phrases, "phrases")
	equal("measures.miss_score", p.Measures[missScore].N, c.Phrases-c.GroundedPhrases, "phrases without a box")
	equal("measures.phrases_per_caption", p.Measures[phrasesPerCaption].N, c.Rows-p.Invalid.Found, "valid rows")
	phrases := int64(0)
	for i := range p.Strata {
		phrases += p.Strata[i].Phrases
	}
	equal("strata", phrases, c.Phrases, "phrases")
	if p.Phrases.Level == 0 {
		equal("phrases.mentions", p.Phrases.mentions(), c.Phrases, "phrases")
	}
}

// count records a number that nothing can have been counted to.
func (r *restorer) count(path string, n int64) bool {
	if n < 0 || n > mostCount {
		r.Addf(path, "%d is no count", n)
		return false
	}
	return true
}

// counts is count for a list: it stops at the first.
func (r *restorer) counts(path string, list []int64) bool {
	for i, n := range list {
		if n < 0 || n > mostCount {
			return r.count(fmt.Sprintf("%s[%d]", path, i), n)
		}
	}
	return true
}

// size records a list of another length than it must have.
func (r *restorer) size(path string, got, want int) bool {
	if got != want {
		r.Addf(path, "has %d numbers, it must have %d", got, want)
	}
	return got == want
}

// texts records the first text that is longer than any that is counted.
func (r *restorer) texts(path string, list []string) bool {
	for i, text := range list {
		if len(text) > mostText {
			r.Addf(fmt.Sprintf("%s[%d]", path, i), "has %d bytes, more than %d", len(text), mostText)
			return false
		}
	}
	return true
}
