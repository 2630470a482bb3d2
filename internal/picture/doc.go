// Package picture finds the image files that rows were labelled on: in the rows
// themselves, where a run embeds them, or in the input tars that rows name.
//
//	source, err := picture.Open(ctx, "pairs") // a folder, a tar, a glob or @list, also in a bucket
//	source.Find(ctx, rows, func(row *schema.Row, data []byte) { ... })
//
// An image is one that was labelled only if its SHA-256 is the row's: a picture
// that was replaced since is not found. What is missing or damaged costs its
// pictures and is no error. Nothing of an input is trusted: the names of tars come
// from the rows, so none may lead out of the input.
//
// Each tar is read once, from its beginning to the last sample that is wanted, and
// one sample of it is in memory. Package webdataset reads tars, package storage
// finds them.
package picture
