// Package verdict defines the file in which samples of boxes go to people and
// their judgements come back.
//
//	file, digest, err := verdict.ReadFile("verdicts.jsonl")
//	for _, j := range file.Judgements { ... }
//
// The file is JSON Lines in UTF-8: a Header, then one Judgement a line. A sample is
// the same file with no verdicts in it. docs/calibrate.md has the fields.
//
// # Units and invariants
//
// Spans are half-open code points of the caption, boxes exclusive pixels of the
// image, as in package schema. A weight is how many boxes of the population one
// line stands for: the weights of a stratum add up to its population, so no line
// may be left out of a file, judged or not. No box has two lines.
//
// The parser is strict: unknown fields, missing fields and values out of range are
// errors that name the line and the field, the first twenty at once. Texts come
// from strangers; nothing here interprets them.
//
// Format 1 stays readable. Package sampling makes samples, package review takes
// them to people's tools, package calibrate draws conclusions.
package verdict
