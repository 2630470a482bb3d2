// Package schema defines what Groundmill stores: rows, rejects, manifests, and
// the Parquet files that hold them.
//
// Units and invariants, which every writer proves and every reader may rely on:
//
//   - Spans are half-open ranges of Unicode code points of the stored caption;
//     Caption[Start:End] equals the phrase's text.
//   - Boxes are float32 pixels of the image as decoded, edges exclusive, inside
//     [0,Width]×[0,Height], on a grid of 1/64 pixel.
//   - Scores are GLIP's sqrt(mean token probability × centerness) in [0,1],
//     rounded to 1e-4; a phrase's boxes are in falling order of score.
//   - Reject reasons are stable codes.
//
// The package knows nothing of captions' grammar, of teachers or of Beam;
// packages extract, teacher, filter and pipelines build on it.
package schema
