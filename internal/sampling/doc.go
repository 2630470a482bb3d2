// Package sampling draws boxes of a dataset for people to judge: at random within
// strata, so that few judgements say much of millions of boxes.
//
//	sample, err := sampling.Draw(ctx, set, sampling.Default())
//	err = sample.File.Write(w) // a verdict file without verdicts
//
// # How
//
// The data is read twice: once to count the boxes of each stratum, from the columns
// that it takes, and once to draw. A draw keeps, in each stratum, the boxes with
// the smallest keyed hashes of their identity (bottom-k): each set of so many is
// equally likely, and which it is depends on the seed and the boxes alone, not on
// the order of files. So the memory is that of the sample.
//
// # Units and invariants
//
// A stratum is a band of scores, a class of box sizes (COCO's: under 32², under 96²
// square pixels, or more), a kind of phrase (its flags, or plain) and a group of
// input files. The weight of a box is N_h/n_h, the boxes of its stratum over those
// drawn. The sample is in the order of the hashes, which is random, so that who
// stops early has judged a sample of the sample.
//
// Package stats has the sizes, package verdict the file.
package sampling
