// Package stats has the estimates that judgements of a sample allow: how many to
// judge, what share is right, and how sure that is.
//
//	n, err := stats.SampleSize(0.5, 0.02, 0.95, 27_000_000) // ±2 % at 95 %
//	e := stats.Stratified(strata)                           // what was judged, by stratum
//	low := e.Lower(0.95)                                    // the share is above it, 95 times of 100
//
// # Units and invariants
//
// Shares and confidences are fractions in [0, 1], not percent. A confidence c is
// that of the statement made: two-sided for an Interval, one-sided for a lower
// bound. Everything is a pure function of its arguments; nothing allocates beyond
// its result. Arguments out of range are a NaN where the result is a number, and
// an error where the user chose them.
//
// # Which interval
//
// Intervals for people are Wilson's (JASA 22, 1927): near the nominal coverage on
// average, never outside [0, 1] (Brown, Cai and DasGupta, Statistical Science 16,
// 2001). Bounds that a decision hangs on are Clopper and Pearson's (Biometrika 26,
// 1934): Wilson's one-sided bound is too bold near 1 (Cai, J. Statist. Plann.
// Inference 131, 2005), and 25 right of 25 would pass for 90 % at a true error of
// 7 %, not 5 %.
//
// Unequal weights and clusters enter both as an effective sample size, as Korn and
// Graubard (Survey Methodology 24, 1998) do for Clopper-Pearson and Franco et al.
// (J. Surv. Stat. Methodol. 7, 2019) for Wilson; see Stratified and Clustered. Yan
// and Su's stratified Wilson interval (Stat. Biopharm. Res. 2, 2010) was weighed:
// it needs every stratum whole, and a threshold on the score cuts through strata.
//
// The package knows nothing of boxes; packages sampling and calibrate use it.
package stats
