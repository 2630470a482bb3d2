// Package inspect looks into an output folder: is the run whole, what does it
// hold, how are the scores spread, what do its rows look like.
//
//	report, err := inspect.Collect(ctx, "out/demo", inspect.Options{Rows: 3})
//	report.WriteText(os.Stdout)
//
// One pass over the data files collects everything, in memory that does not
// grow with the number of rows: phrases are counted exactly up to a stated
// number of different ones, and rows are sampled evenly.
package inspect
