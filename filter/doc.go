// Package filter decides which of a teacher's boxes are kept, by declarative
// rules over the boxes of one phrase.
//
// The rules run in this order. A box is counted by the first rule that removes
// it, so that the counts of all rules add up to the boxes removed:
//
//  1. drop_flags: the phrase carries a flag that the user does not want. This is
//     the only rule that removes phrases; all others leave a phrase without
//     boxes in the row, because negatives are data.
//  2. min_score: the score is not above the threshold.
//  3. min_box_side: the shorter side has too few pixels.
//  4. max_relative_area: the box covers too much of the image.
//  5. nms_iou: a better box of the same phrase overlaps it too much.
//  6. max_boxes_per_phrase: the phrase has enough better boxes.
//
// The result depends on the configuration and the boxes alone. Of two boxes
// with equal scores the earlier one wins; the order of boxes never changes.
//
// Boxes and scores are in the units of package schema. The package knows
// nothing of teachers, captions or files.
//
//	f, err := filter.New(filter.Default())
//	if err != nil {
//		return err
//	}
//	row.Phrases, removed = f.Apply(width, height, phrases)
//
// A Sieve does the same to the rows of a file, column by column, where
// schema.Writer.Narrow shows them.
package filter
