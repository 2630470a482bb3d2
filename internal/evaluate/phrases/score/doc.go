// Package score compares found noun phrases with gold ones.
//
// Three kinds of agreement are counted, each with its own one-to-one matching,
// the best pairs first: the same span, the same last word, and an intersection
// over union of at least 0.5. Of the gold phrases, those that have a box in the
// image and are no pronouns are also counted on their own, since these are the
// ones that a grounding model can use:
//
//	var total score.Row
//	for i, g := range gold {
//		total.Add(score.Caption(g, found[i]))
//	}
//	fmt.Printf("%.1f\n", 100*total.Exact.F1())
//
// Spans are half-open, in code points of the caption. Rates lie in [0, 1].
// The data and the process that makes the found phrases are of no concern here:
// see packages phrases and phrasebench.
package score
