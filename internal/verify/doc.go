// Package verify checks the output folder of a run against its own account: that
// every file is there, whole and unchanged, that its rows keep the conventions of
// package schema, and that every record is in exactly one place.
//
//	store, err := storage.Open("out")
//	report, err := verify.Run(ctx, store, verify.Options{})
//	if !report.OK() {
//		report.WriteText(os.Stdout, 50) // what is wrong, and which units to redo
//	}
//
// Nothing is trusted and nothing is changed. What is wrong becomes a Problem with
// a stable Kind, the path, the unit, the row and the field; a check never stops
// at the first. Only what keeps it from checking at all is an error. Two checks
// of the same bytes give equal reports, whatever the number of workers.
//
// A run has several witnesses: manifest.json, the summary of each unit, run.json,
// _SUCCESS and the files themselves. A file is at fault when none of the
// documents agrees with it; documents that disagree are at fault themselves. The
// JSON documents must be, byte for byte, what a run writes, so that a flipped bit
// in white space is found, too.
//
// Memory is bounded by the number of workers, not by the size of the run: files
// of up to 32 MiB are read once, as a whole, three of them by a worker at a time,
// larger ones twice. The documents are held, about 1 kB a unit.
//
// Rows and boxes are as in package schema; rows are numbered from 0 in each file.
// Package inspect shows what a run holds; package pipelines makes runs.
package verify
