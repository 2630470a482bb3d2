// Package annotate is the main job: pairs of image and caption in, grounded
// rows out.
//
//	opts := annotate.Default()
//	opts.Input.Shards, opts.Output.Dir, opts.Teacher.Model = "shards/*.tar", "out", "glip-t.onnx"
//	manifest, err := annotate.Run(ctx, opts, annotate.RunOptions{ToolVersion: "1.0"})
//
// A unit is one WebDataset tar. Its samples pass these stages, each in
// goroutines of its own, joined by bounded queues:
//
//	read     the tar, sample by sample
//	prepare  caption -> phrases, image -> raster -> teacher.Prepared; in parallel
//	collect  in input order again: batches of one shape, see teacher.Batcher
//	ground   the teacher; a few batches in flight
//	write    in input order again: raw, data and rejects files
//
// A record is a pair of an image and one of its captions: what becomes a row or
// a reject, and what the manifest counts. The records of a sample go through
// prepare together, which decodes, hashes and resizes their image once, and then
// their own ways; rows stand in the order of samples, then captions.
//
// # Memory
//
// At most Window + InFlight·Batch + 2·Workers samples of a unit are in memory,
// whatever their order of completion: the reader takes a permit for each, which
// the writer gives back after its last record. A sample is one resized image and
// at most input.max_captions captions. On top come one row group of each output
// file and one image being decoded per worker. Everything but the last counts
// once per lane. Waiting for each other in a circle is impossible: there are more
// permits than Window, so when none is left, a batch is full or overdue.
//
// # Samples
//
// The image is KEY.jpg, .jpeg, .png, .webp or .gif; of several, the first in
// this order. The captions are the string `caption` or the list of strings
// `captions` of KEY.json, else there is one, KEY.txt without the line break at its
// end; where both files have captions, KEY.json wins. Null and an empty list count
// as absent. `url` of KEY.json becomes the rows' url, its other top-level strings,
// numbers and truth values become the rows' meta, as text; null, lists and
// objects are left out. The pipeline adds to meta:
//
//	exif_orientation   2 to 8: the orientation that was recorded, not applied
//	caption_sanitized  true: bytes that were no UTF-8, or half a surrogate pair of
//	                   KEY.json, were replaced by U+FFFD
//
// The key of the only record of a sample is KEY, those of several are KEY#0,
// KEY#1 and so on.
//
// A record that cannot become a row becomes a reject with a schema.Reason; the
// rest of the tar goes on. A caption's fault rejects its record, the image's fault
// all that have none of their own; a sample whose captions are not known is one
// record. A damaged tar gives what comes before the damage, a reject for the sample
// that it cuts through, and a note in the unit's summary. A panic in the decoder or
// in the teacher's Prepare is a reject, and so is a record that makes a run of the
// model fail (package teacher/guard); a teacher that is itself at fault fails the
// run.
//
// # Reproducibility
//
// Files are a function of the input, the effective configuration (see
// Effective), the model, what decodes JPEG files and the tool's version. Batches
// are composed from the input order alone; scores and boxes are rounded to the
// stored grid. Only where runs of the model failed, for want of memory or for a bad
// record, does it depend on what failed before which pairs share a run, and so how
// scores are rounded.
package annotate
