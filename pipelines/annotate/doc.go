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
// # Memory
//
// At most Window + InFlight·Batch + 2·Workers samples of a unit are in memory,
// whatever their order of completion: the reader takes a permit for each, which
// the writer gives back. On top come one row group of each output file and one
// image being decoded per worker. Everything but the last counts once per lane.
//
// # Samples
//
// The image is KEY.jpg, .jpeg, .png, .webp or .gif; of several, the first in
// this order. The caption is the string `caption` of KEY.json, else KEY.txt
// without the line break at its end; where both are there and differ, KEY.json
// wins. `url` of KEY.json becomes the row's url, its other top-level strings,
// numbers and truth values become the row's meta, as text; null, lists and
// objects are left out. The pipeline adds to meta:
//
//	exif_orientation   2 to 8: the orientation that was recorded, not applied
//	caption_sanitized  true: bytes that were no UTF-8, or half a surrogate pair of
//	                   KEY.json, were replaced by U+FFFD
//
// A sample that cannot become a row becomes a reject with a schema.Reason; the
// rest of the tar goes on. A damaged tar gives what comes before the damage, a
// reject for the sample that it cuts through, and a note in the unit's summary. A sample's panic in the decoder or in the
// teacher's Prepare is a reject; an error of the teacher's Ground, which concerns
// a batch, fails the run.
//
// # Reproducibility
//
// Files are a function of the input, the effective configuration (see
// Effective), the model and the tool's version. Batches are composed from the
// input order alone; scores and boxes are rounded to the stored grid.
package annotate
