// Package evaluate holds what the evaluations below it have in common: a figure
// with its interval, and how figures are written.
//
//	coco     average precision of detections (COCO)
//	flickr   recall of grounded phrases (Flickr30k Entities)
//	gold     labels against gold boxes in the project's own schema
//	phrases  spans of noun phrases against gold spans
//
// Rates lie in [0, 1] in Go code and in JSON; text prints percent. A figure that
// nothing was there to compute from is NaN in Go, null in JSON and "-" in text.
// docs/evaluate.md has the protocols for users; package bootstrap makes the
// intervals.
package evaluate
