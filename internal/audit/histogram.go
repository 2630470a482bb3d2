package audit

import (
	"math"
	"sort"
)

// Histogram counts values in the bins of a scale. The zero value is empty.
type Histogram struct {
	Bins []int64 // nil as long as there is nothing in them
	N    int64
}

// scale says which values the bins of a Histogram hold: bin i those from edges[i]
// up to but not including edges[i+1]. Values outside are in the first or last bin.
type scale struct {
	edges []float64
}

func (s *scale) bins() int { return len(s.edges) - 1 }

// add counts a value.
func (h *Histogram) add(s *scale, v float64) {
	i := sort.Search(len(s.edges), func(i int) bool { return s.edges[i] > v }) - 1
	h.count(s.bins(), i)
}

// count counts a value of the i-th of n bins.
func (h *Histogram) count(n, i int) {
	if h.Bins == nil {
		h.Bins = make([]int64, n)
	}
	h.Bins[min(max(i, 0), n-1)]++
	h.N++
}

// merge adds the counts of other, which has the same scale.
func (h *Histogram) merge(other *Histogram) {
	if other.Bins == nil {
		return
	}
	if h.Bins == nil {
		h.Bins = make([]int64, len(other.Bins))
	}
	for i, n := range other.Bins {
		h.Bins[i] += n
	}
	h.N += other.N
}

// bin returns the bin that holds the q-quantile, the smallest value that at least
// a share q of all do not pass. The histogram must not be empty.
func (h *Histogram) bin(q float64) int {
	need := max(int64(math.Ceil(q*float64(h.N))), 1)
	seen := int64(0)
	for i, n := range h.Bins {
		if seen += n; seen >= need {
			return i
		}
	}
	return len(h.Bins) - 1
}

// perDoubling is the number of bins in which a geometric scale cuts a doubling:
// a bin's middle is within 2.2 % of everything in it.
const perDoubling = 16

// geometric returns the scale from 2^from to 2^to.
func geometric(from, to int) *scale {
	s := &scale{}
	for i := from * perDoubling; i <= to*perDoubling; i++ {
		s.edges = append(s.edges, math.Exp2(float64(i)/perDoubling))
	}
	return s
}

// whole returns the scale of the whole numbers from 0 to most; the last bin holds
// all larger ones too.
func whole(most int) *scale {
	s := &scale{}
	for i := range most + 2 {
		s.edges = append(s.edges, float64(i))
	}
	return s
}

// scores is the scale of all stored scores, which are multiples of 1e-4.
var scores = func() *scale {
	s := &scale{}
	for i := range 10_002 {
		s.edges = append(s.edges, float64(i)/10_000)
	}
	return s
}()

// addScore counts a stored score.
func (h *Histogram) addScore(score float32) {
	h.count(scores.bins(), int(math.Round(float64(score)*10_000)))
}
