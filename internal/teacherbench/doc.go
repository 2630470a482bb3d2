// Package teacherbench measures how fast a GLIP labels images on this machine,
// and where the time goes:
//
//	samples, err := teacherbench.Photos(32, 800, 600)
//	report, err := teacherbench.Run(ctx, samples, teacherbench.Options{
//		Model: "glip-t.onnx", Batches: []int{1, 4}, Time: 5 * time.Second})
//	...
//	report.Print(os.Stdout)
//
// For each batch size one session is timed twice: in a bare loop over batches
// that were prepared beforehand, which is the most that it can do, and fed as a
// pipeline feeds it, with images decoded and resized on other goroutines. How
// busy the device was meanwhile, and the bytes that went to and from it, are seen
// by standing between the model and its session. A second session, opened with
// ONNX Runtime's profiler, tells the time of each part of the model.
//
// # Units
//
// Rates are images per second of wall-clock time; each image has one caption.
// Work is in multiply-adds of matrix products and convolutions (glip.Work), two
// floating point operations each. Under CUDA and TensorRT the profiler sees
// when nodes were launched, not how long they ran, so there only the sums of
// whole runs mean anything.
//
// Package internal/bench, which compares several models for the documentation,
// uses the same parts.
package teacherbench
