// Package audit looks at a finished or unfinished run, or at any folder of data
// files, and says whether its data can be trusted: what they hold, how it is
// spread, what is odd, and what samples of every kind look like.
//
//	store, err := storage.Open("out/labels")
//	report, err := audit.Run(ctx, store, audit.Options{})
//	report.FindPictures(ctx, source)      // optional: thumbnails, from package picture
//	err = report.WritePage(file)          // one HTML page, without scripts or network
//
// # Partial results
//
// Everything about rows is in a Partial. Rows can be dealt out to any number of
// Partials, and these merged in any order: the result is the same, to the last
// sample. So no summary may depend on the order in which it sees things, which
// rules out Misra-Gries and Space-Saving for frequent phrases: their error is
// bounded under merges, their result is not one. Instead
//
//   - Histogram counts bounded domains exactly: scores in their 10,001 stored
//     values, shares and ratios in bins of 1/16 of a doubling (quantiles are
//     within 2.2 %), small numbers as they are;
//   - Tally counts phrases and head words exactly as long as there are at most
//     some hundred thousand different ones, and beyond that in a sample of the
//     mentions, 1 of 2^Level, drawn by their hashes (adaptive sampling: Gibbons
//     and Tirthapura, "Estimating simple functions on the union of data streams",
//     SPAA 2001);
//   - Distinct keeps the phrases with the lowest hashes, each with its exact
//     count: a uniform sample of the different phrases, from which it estimates
//     how many there are (Bar-Yossef et al., RANDOM 2002; the unbiased form is
//     from Beyer et al., SIGMOD 2007) and names some of the rarest;
//   - sample keeps, of each stratum, the rows with the lowest hashes.
//
// Memory is bounded by these capacities, whatever the number of rows: up to about
// 60 MB a Partial, of which there is one a worker.
//
// A Partial can be kept in a file: Encode and DecodePartial. A Folder is cut into
// pieces that can be counted anywhere, and makes the report of what they add up to;
// package pipelines/audit does that on many machines.
//
// # Invariants
//
// Units are those of package schema. A row that Validate refuses is counted,
// shown as an example and left out of everything else. For equal data, options
// and pictures the report and the page are equal, byte for byte.
//
// Package verify checks a run bit by bit, and its quick look is part of a report;
// package overlay draws the rows; package inspect is the short look on a terminal.
package audit
