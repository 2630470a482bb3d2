// Package gold compares the rows of a run with gold rows of the same schema:
// phrases whose boxes somebody, or something, knows. The bundled scenes are such
// gold, see Scenes.
//
//	e := gold.NewEvaluator(gold.Options{MinScore: 0.5})
//	for row := range goldRows { err := e.AddGold(row) }
//	for row := range rows { err := e.AddRow(row) }
//	report, err := e.Report(ctx, bootstrap.Default())
//
// Rows are joined by key; captions and image sizes must agree. A gold phrase with
// boxes names something that is in the picture (present), one without names
// something that is not (absent): gold has to list every box of a phrase. A row's
// phrase answers the gold phrase of the same span.
//
//   - R@1 at an overlap of 0.5 or 0.75: present phrases whose best box, whatever its
//     score, has it with a true box.
//   - precision: boxes above MinScore that hit a true box that no better box of the
//     phrase has hit, with an overlap of 0.5; recall: true boxes that are hit.
//   - called present: phrases whose best score is above MinScore, of the present
//     ones (should be all) and of the absent ones (should be none).
//
// Boxes of phrases that gold does not have can't be judged: they are counted and
// left out. A gold row that the run has no row of counts with nothing found.
//
// Gold is held in memory, rows of the run are streamed.
package gold
