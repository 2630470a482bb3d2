// Package diff compares two datasets: which rows, phrases and boxes are the same,
// and which were added, lost, moved or rescored.
//
//	a, err := rowset.Open(ctx, "labels", schema.KindData)
//	b, err := rowset.Open(ctx, "strict", schema.KindData)
//	report, err := diff.Run(ctx, a, b, diff.Options{})
//	report.FindPictures(ctx, source)   // optional, from package picture
//	err = report.WritePage(file)       // one HTML page, see package page
//
// # Join
//
// Rows are joined by image_sha256 and caption. Those that share both are paired in
// the order of their keys, then of their places in the input, the first of A with
// the first of B; what is left over is in one dataset only. Phrases are joined by
// their spans. The boxes of a joined phrase are matched one to one: of all pairs
// whose IoU is at least Options.IoU the most alike first, then the next of boxes
// that are still free. So a box that both have is never torn from its like, as an
// assignment of the highest total would do for two halves; ties go to the nearer
// scores, then to the nearer places in the lists, which swapping A and B does not
// change.
//
// # Classes
//
// Each row, phrase and box is in exactly one class, and the classes of a dataset
// add up to what it holds; Run fails if they do not. Boxes are
//
//   - the same: equal edges and scores;
//   - rescored: another score, and equal edges or an IoU of at least 0.95;
//   - moved: matched otherwise;
//   - lost (of A) or added (of B): in no pair;
//   - of a phrase, or of a row, that only one dataset has.
//
// Comparing B with A gives the mirrored report: lost for added, scores that rise for
// those that fall. The report depends on the rows alone, not on how they are cut
// into files, nor on the number of workers or partitions: summaries merge in any
// order, samples are the rows with the lowest hashes.
//
// # Memory
//
// Both datasets are dealt out by the hash of the join key into partitions (a grace
// hash join), which are joined one by one. They lie in memory as long as they fit,
// beyond that in temporary files that have no name where the system allows it: they
// are gone with the process, however it ends. A partition has about 50,000 rows;
// only rows of one image and one caption cannot be parted. The counts of phrases
// take the same way, so that they are exact however many there are.
//
// Units are those of package schema. Rows that it does not allow are errors. Flags,
// phrase_id, url and meta are not compared.
//
// Package rowset finds the files, picture the pictures; overlay draws the rows;
// evaluate/gold compares with what is true.
package diff
