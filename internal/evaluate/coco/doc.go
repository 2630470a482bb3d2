// Package coco computes COCO's average precision and recall of boxes (Lin et al.,
// Microsoft COCO, 2014; cocodataset.org/#detection-eval) with the numbers of
// pycocotools, the official implementation.
//
//	data, err := coco.ReadDataset(file, "instances_val2017.json")
//	found, err := coco.ReadResults(file, "results.json", data)
//	report, err := coco.Evaluate(ctx, data, found.Detections, bootstrap.Default())
//
// Boxes are x, y, width, height in pixels, as floats, without any +1. Averages are
// over ten thresholds of intersection over union (0.50:0.05:0.95), 101 recalls and
// the categories that have a truth; of an image and category the 100 best
// detections count. Small is an area up to 32², medium up to 96², large above, by
// the truth's "area", both bounds inclusive. Crowd regions, and truths outside the
// range of areas, are neither asked for nor held against a detection on them.
//
// Ties are broken as there: equal scores keep the order of images by id and then
// that of the results, and the last of equally good truths is matched. A figure
// without any truth is NaN where pycocotools prints -1.
//
// Results are held in memory, at about 100 bytes a detection; of an annotation file
// only the members named in the types are.
package coco
