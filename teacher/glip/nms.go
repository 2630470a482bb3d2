package glip

import "cmp"

// detection is a box for a phrase.
type detection struct {
	phrase   int32
	level    int32
	position int32 // within the level
	score    float32
	box      box
}

// byScore orders detections by falling score, then level, position and phrase:
// a total order, so that equal scores cannot change what is kept.
func byScore(a, b detection) int {
	return cmp.Or(
		cmp.Compare(b.score, a.score),
		cmp.Compare(a.level, b.level),
		cmp.Compare(a.position, b.position),
		cmp.Compare(a.phrase, b.phrase),
	)
}

// suppress keeps each of the sorted detections unless it overlaps a kept one
// of its phrase by more than threshold. It stops at limit detections over all
// phrases, but keeps those that tie with the last
// (mb/modeling/rpn/inference.py, select_over_all_levels).
func suppress(sorted []detection, threshold float32, limit int) []detection {
	var kept []detection
	for _, d := range sorted {
		if len(kept) >= limit && d.score < kept[limit-1].score {
			break
		}
		if !overlapped(d, kept, threshold) {
			kept = append(kept, d)
		}
	}
	return kept
}

func overlapped(d detection, kept []detection, threshold float32) bool {
	for _, k := range kept {
		if k.phrase == d.phrase && k.box.iou(d.box) > threshold {
			return true
		}
	}
	return false
}
