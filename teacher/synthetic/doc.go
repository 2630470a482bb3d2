// Package synthetic is a teacher without a model: its boxes are a hash of the
// image's pixels and the phrase. It stands in for a GLIP where the pipeline, not
// the labels, is under test: its answers are the same on every machine, in every
// batch and in every order, and it takes as long as it is told to.
//
//	t := synthetic.New(synthetic.Options{Latency: 20 * time.Millisecond})
//	prepared, err := t.Prepare(example) // one for each text
//	answers, err := t.Ground(ctx, prepared)
//
// In configurations it is named "synthetic:" with options of the form
// name=value, separated by commas, such as "synthetic:latency=20ms,per_image=1ms".
//
// Scores and boxes keep the promises of package teacher; about a third of the
// phrases get no box above 0.5.
package synthetic
