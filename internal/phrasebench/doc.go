// Command phrasebench compares the noun phrases of package extract with those of
// its peers and writes the figures as docs/phrases.md; `make bench-phrases` runs
// it.
//
// Every system is a program of its own that loads its model once: a peer is a
// script in the folder peers, with its packages from .cache/peers, and package
// extract is this program again ("phrasebench extract"). A program gets a Job and
// answers with a Result. Quality is counted by package score from the spans that
// it writes. For speed all programs take turns on the same processor core, and
// load, memory and allocations come from the same processes.
//
// The captions (Flickr30k Entities, hand-marked web captions, LAION alt text) are
// not part of the repository, since not all of their licences allow it. Without
// them the command says so and leaves the figures as they are.
//
//	make bench-phrases
//	go run ./internal/phrasebench -rounds 0 -o /dev/stdout # quality only
package main
