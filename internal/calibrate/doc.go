// Package calibrate chooses the threshold of the filter from judged boxes: the
// lowest at which the share of right boxes is proven to be high enough.
//
//	judged, err := calibrate.FromVerdicts(file, calibrate.UnsureIsWrong)
//	report, err := judged.Report(calibrate.Default())
//	text, err := report.Rule() // a filter section with its evidence
//
// Boxes are judged by people (a verdict file) or by gold boxes: a box is right if
// its IoU with a gold box of the same image, caption and span is 0.5 or more and no
// better box has taken that gold box, the rule of PASCAL VOC and COCO.
//
// # What is promised
//
// Thresholds are tested from the strictest downwards, each by a one-sided lower
// bound at the whole confidence, and the first failure ends it: fixed-sequence
// testing, by which the chance that the chosen threshold has a precision under the
// target is at most 1-confidence, though many were tested (Bauer, Statistics in
// Medicine 10, 1991; Learn then Test, Angelopoulos et al., arXiv:2110.01052, 2021).
// The sequence starts where so many boxes were judged that half the allowed errors
// would pass; that depends on scores, not on judgements.
//
// It holds for boxes like those that were judged: of the same dataset, teacher and
// rules, see docs/calibrate.md.
//
// # Units and invariants
//
// A threshold is exclusive, as filter.min_score is, and compared in float32.
// Judgements of a sample have the weights of its strata; of gold, images are the
// units that were drawn, and boxes of one image count as alike as they are. Equal
// inputs give equal reports and rules, byte for byte.
//
// Package stats has the formulas, packages verdict and sampling what is read.
package calibrate
