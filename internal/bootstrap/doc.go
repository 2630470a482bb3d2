// Package bootstrap says how sure a figure is: percentile intervals from
// resampling whole units, such as images, with replacement (Efron 1979; Efron and
// Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
//
//	intervals, err := bootstrap.OfSums(ctx, rows, bootstrap.Default(), func(total []int64) []float64 {
//		return []float64{float64(total[0]) / float64(total[1])}
//	})
//
// The unit is what was drawn from the world: captions of one image, and boxes of
// one image, stand or fall together, so images are resampled and not phrases.
//
// Draws depend on the seed, the number of resamples and the number of units
// alone; neither the number of processors nor the figures change them. A figure
// that is NaN in a resample, such as the recall of a type that was not drawn, is
// left out of that figure's interval.
//
// The package knows nothing of what is measured: packages below internal/evaluate
// do, and internal/phrasebench.
package bootstrap
