// Package flickr computes the recall of grounded phrases on Flickr30k Entities
// (Plummer et al., IJCV 2017) as MDETR (Kamath et al., ICCV 2021, section 4.2.1 and
// flickr_eval.py) and GLIP (Li et al., CVPR 2022, table 5) report it.
//
//	gold, err := flickr.ReadFolder("flickr30k_entities", "val")
//	e := flickr.NewEvaluator(gold, flickr.Options{})
//	err = flickr.ReadResults(file, "results.jsonl", e.Add)
//	report, err := e.Report(ctx, bootstrap.Default())
//
// For every phrase with boxes, the found boxes are ranked by score. The phrase is
// recalled at k if one of the first k has an intersection over union of at least
// 0.5 with a gold box. ANY-BOX takes each box of the phrase for gold, MERGED-BOXES
// the one rectangle around them all. The average is over phrases; a phrase with two
// types counts in both. Phrases without boxes are not asked for, and sentences
// without a phrase that is asked for are left out. Of a sentence the 100 best boxes
// count, over all its phrases, and every phrase gets a last box of no size, so that
// one without boxes is a miss. A sentence that is missing, or has another number of
// phrases, is an error.
//
// Boxes are x1, y1, x2, y2 in the numbers of the data set: pixels counted from 1,
// both ends inclusive. As in the protocol they are compared as they stand, sides
// being x2-x1, without a +1 and without a shift.
//
// Sentences of rows that Groundmill wrote are found by key and caption: see
// Evaluator.AddRow.
package flickr
