// Package labels streams the rows of an output folder, of a folder of Parquet
// files, or of one file, on a disk or in a bucket, to the evaluations.
//
//	source, err := labels.Open(ctx, "out/demo", schema.KindRaw, schema.KindData)
//	for row, err := range source.Rows(ctx) { ... }
//
// Every row is validated, so that spans lie in the caption and boxes in the image
// whoever wrote the file; an error names the file, the row (from 0) and the field.
// Images are not read. Memory is a batch of rows.
package labels
