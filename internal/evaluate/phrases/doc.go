// Package phrases evaluates noun phrases against phrases that people marked, by
// the counts of package score: the same span, the same last word, and a span
// overlap of at least 0.5; and the recall of the gold phrases that have a box in
// the image and are no pronouns.
//
//	boxes, err := phrases.ReadBoxes("val_boxes.jsonl")
//	gold, err := phrases.ReadGold("val.jsonl", boxes)
//	report, err := phrases.Evaluate(ctx, gold, found, bootstrap.Default())
//
// Spans are half-open, in code points of the caption. Captions of one image are
// resampled together; a caption without an image is a unit of its own. Package
// phrasebench compares extractors on the same gold.
package phrases
