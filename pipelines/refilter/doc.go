// Package refilter applies other rules to a finished run: the raw files of
// package annotate in, new data files out, without the teacher.
//
//	opts := refilter.Default()
//	opts.Filter.MinScore, opts.Output.Dir = 0.65, "out/strict"
//	manifest, err := refilter.Run(ctx, "out/labels", opts, refilter.RunOptions{ToolVersion: "1.0"})
//
// The source must be finished: its manifest is the plan. A unit is one raw file,
// with the number and the name that it has there, and becomes the data file of
// the same name. Records are the rows of the raw files; rejects there are none.
//
// # The promise
//
// A data file is, byte for byte, what annotate would have written with these
// rules in the place of the source's, given the same version of the tool. Its
// metadata says so: the effective configuration is the source's with another
// filter, so its digest is that of the annotate run. What differs is the manifest,
// whose refilter_of is the digest of the source's manifest. All else is the word
// of package pipelines: a run that was stopped continues, a run over another
// source or by other rules is refused, equal runs give equal bytes on any number
// of lanes.
//
// Two things a raw store cannot give, and Run refuses to go without: boxes below
// the source's raw_floor, which rules with a lower min_score would keep; and
// images, unless output.without_images says that data files without are wanted.
//
// # How
//
// Only boxes, or with drop_flags only phrases, are decoded, filtered and encoded
// again, column by column; the other columns are copied as they are stored
// (schema.Writer.Narrow). What is kept is not validated again: rules can only drop,
// and a raw file is read whole and compared with the digest that the source's
// manifest has of it, a file whose rows were validated, before any of it is used.
// So what a unit takes in memory is its raw file, about 250 bytes a row, and about
// twice as much for one row group of what changes.
package refilter
