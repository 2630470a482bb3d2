package audit

import (
	"maps"
	"slices"
)

// storedTally is a Tally. Text i has the next Depths[i] of the counts: of its
// events by their level, from Level.
type storedTally struct {
	Level    int      `json:"level"`
	Texts    []string `json:"texts"` // sorted
	Depths   []int    `json:"depths"`
	Mentions []int64  `json:"mentions"`
	Grounded []int64  `json:"grounded"`
}

func storeTally(t *Tally) storedTally {
	s := storedTally{Level: t.Level, Texts: slices.AppendSeq(make([]string, 0, len(t.Texts)), maps.Keys(t.Texts))}
	slices.Sort(s.Texts)
	for _, text := range s.Texts {
		by := t.Texts[text]
		s.Depths = append(s.Depths, len(by))
		for _, score := range by {
			s.Mentions = append(s.Mentions, score.Mentions)
			s.Grounded = append(s.Grounded, score.Grounded)
		}
	}
	return s
}

// storedDistinct is a Distinct; the texts are by their hashes.
type storedDistinct struct {
	Texts  []string `json:"texts"`
	Counts []int64  `json:"counts"`
}

func storeDistinct(d *Distinct) (s storedDistinct) {
	for _, seen := range d.Kept {
		s.Texts = append(s.Texts, seen.Text)
		s.Counts = append(s.Counts, seen.Count)
	}
	return s
}

// tally restores a Tally of a capacity.
func (r *restorer) tally(path string, s *storedTally, t *Tally) {
	switch {
	case s.Level < 0 || s.Level > mostLevel:
		r.Addf(path+".level", "%d is not between 0 and %d", s.Level, mostLevel)
		return
	case len(s.Texts) > t.Capacity:
		r.Addf(path+".texts", "has %d texts, more than %d", len(s.Texts), t.Capacity)
		return
	case !r.size(path+".depths", len(s.Depths), len(s.Texts)):
		return
	case !r.texts(path+".texts", s.Texts):
		return
	case !slices.IsSorted(s.Texts) || len(slices.Compact(slices.Clone(s.Texts))) != len(s.Texts):
		r.Addf(path+".texts", "are not sorted, or one is there twice")
		return
	}
	t.Level, t.Texts = s.Level, make(map[string][]Score, len(s.Texts))
	scores, ok := r.scores(path, s)
	for i, text := range s.Texts {
		if !ok {
			return
		}
		t.Texts[text], scores, ok = r.depth(path, s.Depths[i], scores)
	}
	if len(scores) > 0 {
		r.Addf(path+".mentions", "has %d numbers that are no text's", len(scores))
	}
}

// scores joins the counts of a Tally.
func (r *restorer) scores(path string, s *storedTally) ([]Score, bool) {
	if !r.size(path+".grounded", len(s.Grounded), len(s.Mentions)) || !r.counts(path+".mentions", s.Mentions) || !r.counts(path+".grounded", s.Grounded) {
		return nil, false
	}
	scores := make([]Score, len(s.Mentions))
	for i := range scores {
		scores[i] = Score{s.Mentions[i], s.Grounded[i]}
		if s.Grounded[i] > s.Mentions[i] {
			r.Addf(path+".grounded", "%d of %d mentions have a box", s.Grounded[i], s.Mentions[i])
			return nil, false
		}
	}
	return scores, true
}

// depth cuts the counts of the next text off. The last of them is never 0.
func (r *restorer) depth(path string, n int, scores []Score) (own, rest []Score, ok bool) {
	if n < 1 || n > len(scores) || n > mostDepth {
		r.Addf(path+".depths", "%d is no number of levels that a text can have", n)
		return nil, nil, false
	}
	if scores[n-1].Mentions == 0 {
		r.Addf(path+".mentions", "a text has none at its highest level")
		return nil, nil, false
	}
	return scores[:n:n], scores[n:], true
}

// distinct restores a Distinct of a capacity.
func (r *restorer) distinct(path string, s *storedDistinct, d *Distinct) {
	switch {
	case len(s.Texts) > d.Capacity:
		r.Addf(path+".texts", "has %d texts, more than %d", len(s.Texts), d.Capacity)
		return
	case !r.size(path+".counts", len(s.Counts), len(s.Texts)) || !r.texts(path+".texts", s.Texts) || !r.counts(path+".counts", s.Counts):
		return
	}
	for i, text := range s.Texts {
		seen := &Seen{textHash(text), text, s.Counts[i]}
		if n := len(d.Kept); seen.Count == 0 || n > 0 && d.Kept[n-1].Hash >= seen.Hash {
			r.Addf(path+".texts", "%q is out of order, or was never seen", text)
			return
		}
		d.Kept = append(d.Kept, seen)
	}
}

// histogram restores a Histogram of a scale.
func (r *restorer) histogram(path string, bins []int64, s *scale, h *Histogram) {
	if !r.size(path, len(bins), s.bins()) || !r.counts(path, bins) {
		return
	}
	h.Bins, h.N = bins, total(bins)
}

func total(counts []int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}
