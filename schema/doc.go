// Package schema defines what Groundmill stores: rows, rejects, manifests, and
// the Parquet files that hold them.
//
// Units and invariants, which every writer proves and every reader may rely on:
//
//   - Spans are half-open ranges of Unicode code points of the stored caption;
//     Caption[Start:End] equals the phrase's text.
//   - Boxes are float32 pixels of the image as decoded, edges exclusive, inside
//     [0,Width]×[0,Height], with an area, on a grid of 1/64 pixel.
//   - Scores are GLIP's sqrt(mean token probability × centerness) in [0,1],
//     rounded to 1e-4; a phrase's boxes are in falling order of score.
//   - Reject reasons are stable codes.
//   - Every input record is in a data file or in a rejects file: a UnitSummary
//     or Manifest whose records are not rows plus rejects is refused.
//   - A file's bytes depend on what is stored in it alone.
//
// A data file is written row by row and read the same way:
//
//	w, err := schema.NewWriter(file, metadata, schema.WriterOptions{})
//	err = w.Write(row)              // refuses a row that breaks an invariant
//	stats, err := w.Close()         // counts, size and digest for the manifest
//
//	r, err := schema.OpenFile("data/train-00000-of-00064.parquet")
//	for row, err := range r.Rows() { ... }
//
// Group.Batches reads some columns of a file, and Writer.Narrow drops boxes or
// phrases of one without touching its other columns; docs/parquet.md has both, and
// how rows are stored.
//
// The version of the layout is Version. A reader refuses files of any other;
// docs/schema.md describes the columns for users.
//
// The package knows nothing of captions' grammar, of teachers or of Beam;
// packages extract, teacher, filter and pipelines build on it. Package
// schema/readertest reads files with independent readers in tests.
package schema
