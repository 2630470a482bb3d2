package filter

import "maps"

// Rule is the stable name of a rule, as summaries and manifests use it.
type Rule string

// The rules in the order in which they run.
const (
	RuleDropFlags       Rule = "drop_flags"
	RuleMinScore        Rule = "min_score"
	RuleMinBoxSide      Rule = "min_box_side"
	RuleMaxRelativeArea Rule = "max_relative_area"
	RuleNMS             Rule = "nms_iou"
	RuleMaxBoxes        Rule = "max_boxes_per_phrase"
)

// Rules returns all rules in the order in which they run.
func Rules() []Rule {
	return []Rule{RuleDropFlags, RuleMinScore, RuleMinBoxSide, RuleMaxRelativeArea, RuleNMS, RuleMaxBoxes}
}

// ruleIndex is a rule's place in Rules.
type ruleIndex int

const (
	dropFlags ruleIndex = iota
	minScore
	minBoxSide
	maxRelativeArea
	nmsIoU
	maxBoxes
	numRules
)

// Removals counts what the rules removed.
type Removals struct {
	Boxes   map[Rule]int64 // by the first rule that removed the box; nil when none
	Phrases int64          // removed by RuleDropFlags
}

// Add adds the counts of other.
func (r *Removals) Add(other Removals) {
	r.Phrases += other.Phrases
	for rule, n := range other.Boxes {
		r.box(rule, n)
	}
}

// Counts returns the boxes removed by each rule, with 0 for the rules that
// removed none: what schema.Counts.Removals stores.
func (r *Removals) Counts() map[string]int64 {
	out := make(map[string]int64)
	for _, rule := range Rules() {
		out[string(rule)] = 0
	}
	for rule, n := range maps.All(r.Boxes) {
		out[string(rule)] = n
	}
	return out
}

func (r *Removals) box(rule Rule, n int64) {
	if n == 0 {
		return
	}
	if r.Boxes == nil {
		r.Boxes = make(map[Rule]int64)
	}
	r.Boxes[rule] += n
}
