// Package review takes samples of boxes to the tools in which people judge them,
// and their verdicts back.
//
//	n, err := review.Export(ctx, sample, review.ExportOptions{Folder: "review", Input: "pairs"})
//	n, err := review.Import(sample, exportOfLabelStudio, "export.json")
//
// An export is a folder: pictures by digest in images/, tasks for Label Studio with
// the boxes drawn in and the labelling configuration beside them, and samples for
// FiftyOne with a script that loads them. It appears when it is whole.
//
// # Units and invariants
//
// Label Studio wants boxes in percent of the image and text offsets in UTF-16 code
// units, FiftyOne boxes as x, y, width, height in [0, 1]. Conversions are in one
// function each. A task is one box and carries the id of its judgement
// (verdict.Judgement.ID), by which verdicts find back. Captions are texts of
// strangers: what could turn a line around or move a cursor is replaced, code point
// by code point, JSON escapes the rest, and no text of theirs is in the XML or in a
// file's name.
package review
