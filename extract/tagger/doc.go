// Package tagger gives every token of a caption a Penn Treebank part-of-speech
// tag. It runs the averaged perceptron that github.com/jdkato/prose/v2 ships,
// over weights read through prose's public Asset function, and gives the tags
// that prose gives, without prose's cost: no map per token, no reload, no
// dependence on map order.
//
// Weights are exact multiples of 0.001 and are kept as integers of that unit,
// so sums are exact; between equal sums the class that sorts first wins. A tag
// is therefore a pure function of the token sequence.
//
// A Tagger is read-only and shared; a Sequence is one goroutine's scratch:
//
//	t, err := tagger.Shared()
//	seq := t.NewSequence()
//	seq.Add([]byte("two")); seq.Add([]byte("dogs"))
//	tags := seq.Tag() // CD NNS, valid until the next Reset
//
// The package sees forms only. Where a token lies in a caption and how its case
// was changed is the business of packages token and extract.
package tagger
