// Package audit counts large sets for package internal/audit on the harness: files
// of rows in, partial results out, and from these the report.
//
//	req := audit.Request{Source: "gs://bucket/labels", Parts: "gs://bucket/parts", PerStratum: 2, ToolVersion: "1.0"}
//	manifest, err := audit.Run(ctx, req, pipelines.Options{Beam: config.Beam})
//	report, err := audit.Report(ctx, req, manifest, nil)
//
// The source is what the local audit takes: the folder of a run, finished or not, or
// a folder of data files. A unit is a data file with the rejects file of the same
// name; a rejects file without one is a unit, too. It becomes one file: all that was
// counted in it and the rows that its samples drew (audit.Partial), as JSON compressed
// by Zstandard. Records are rows and rejects, and accounted for as such; phrases and
// boxes are those of valid rows.
//
// # The promise
//
// The report, and so the page, is that of a local audit of the same folder, seed and
// number of samples, byte for byte, whatever the lanes, the engine and the starts it
// took: summaries do not depend on the order in which they see rows. Their bounds and
// errors are in package internal/audit.
//
// All else is the word of package pipelines: a run that was stopped continues, equal
// runs give equal bytes, and a folder of another seed, of another number of samples
// or of another source is refused. A source is known by the names and sizes of the
// files that are counted and by its manifest. It may be a run that goes on, but each
// of its new files makes it another source. What a file holds is not compared with
// the manifest: an audit tells what is there, package verify what is wrong with it.
// A file that cannot be read is left out, and the run is incomplete.
//
// Pictures are no business of workers: the report's FindPictures looks for them.
package audit
