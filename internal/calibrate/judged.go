package calibrate

import (
	"maps"
	"slices"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/sampling"
	"github.com/groundmill/groundmill/internal/stats"
)

// Judged is a set of judged boxes.
type Judged struct {
	// Rules are those that all the boxes have passed. MinScore is the floor, below
	// which nothing was judged.
	Rules filter.Config
	// Origin says where the judgements are from: digests by name, such as
	// verdicts_sha256.
	Origin map[string]string
	// Notes tell people what was left out.
	Notes []string
	// Uncovered are strata with boxes and without a judgement: nothing is known of
	// them, and no threshold is chosen.
	Uncovered []string

	boxes  []box
	design design
	recall string // what recall is a share of
}

// box is one judged box.
type box struct {
	score   float32
	right   bool
	unit    int    // that was drawn: an index into the design
	stratum string // by which people see it
	found   string // the group that recall counts it in, see sampling.Group
}

// group is what a box is in, whatever its score.
func (b box) group() string { return sampling.Group(b.stratum) }

// design is how the judged boxes were drawn. Of boxes it is told only which are in
// the domain and which of those count.
type design interface {
	// share estimates the share of hits among the boxes of the domain.
	share(boxes []box, domain, hit func(box) bool) stats.Estimate
	// recall estimates the share of what there is to find in a group, "" for all of
	// them, that a threshold finds.
	recall(boxes []box, group string, above func(box) bool) stats.Estimate
	// hidden are groups in which there is something to find, beside those of boxes.
	hidden() []string
}

func above(threshold float64) func(box) bool {
	t := float32(threshold) // as the filter compares
	return func(b box) bool { return b.score > t }
}

func right(b box) bool { return b.right }

// stratified is a stratified random sample of boxes: units are strata.
type stratified struct {
	populations []float64
	sampled     []int
}

func (d stratified) share(boxes []box, domain, hit func(box) bool) stats.Estimate {
	strata := make([]stats.Stratum, len(d.sampled))
	for i := range strata {
		strata[i] = stats.Stratum{Population: d.populations[i], Sampled: d.sampled[i]}
	}
	for _, b := range boxes {
		if domain(b) {
			strata[b.unit].Domain++
			if hit(b) {
				strata[b.unit].Hits++
			}
		}
	}
	return stats.Stratified(strata)
}

// recall is of the right boxes above the floor: what the teacher never found,
// verdicts on its boxes cannot tell.
func (d stratified) recall(boxes []box, group string, above func(box) bool) stats.Estimate {
	return d.share(boxes, func(b box) bool { return b.right && (group == "" || b.found == group) }, above)
}

// hidden returns nothing: all that recall is of are boxes.
func (d stratified) hidden() []string { return nil }

// clustered are all boxes of images: units are images.
type clustered struct {
	gold []map[string]int // boxes to find in each image, by group
}

func (d clustered) share(boxes []box, domain, hit func(box) bool) stats.Estimate {
	clusters := make([]stats.Cluster, len(d.gold))
	for _, b := range boxes {
		if domain(b) {
			clusters[b.unit].Domain++
			if hit(b) {
				clusters[b.unit].Hits++
			}
		}
	}
	return stats.Clustered(clusters)
}

func (d clustered) recall(boxes []box, group string, above func(box) bool) stats.Estimate {
	clusters := make([]stats.Cluster, len(d.gold))
	for i, groups := range d.gold {
		for name, n := range groups {
			if group == "" || name == group {
				clusters[i].Domain += n
			}
		}
	}
	for _, b := range boxes {
		if b.right && (group == "" || b.found == group) && above(b) {
			clusters[b.unit].Hits++
		}
	}
	return stats.Clustered(clusters)
}

// hidden returns the groups of gold boxes.
func (d clustered) hidden() (names []string) {
	for _, groups := range d.gold {
		names = slices.AppendSeq(names, maps.Keys(groups))
	}
	return names
}

// strata returns the names of the boxes' strata, sorted.
func (j *Judged) strata() (names []string) {
	for _, b := range j.boxes {
		names = append(names, b.stratum)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
