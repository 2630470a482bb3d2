// Package jobserver runs pipelines on a job server of Beam's portability
// framework: Flink's, Spark's, or a Prism that runs as a server.
//
//	job, err := jobserver.Prepare(ctx, pipeline, options, "annotate-1f3a")
//	defer job.Close()
//	err = job.Run(ctx, stop, observe)
//
// A job server takes a pipeline and the workers' program over gRPC
// (beam_job_api.proto), has its engine run the pipeline, and tells of its state.
// Where the workers live is an Environment: in the submitting process (Loopback),
// in worker pools that stand beside the engine's own processes (External), or in
// containers that the engine starts (Docker).
//
// The SDK's own client never asks for a cancellation, takes a cancelled job for a
// success and a lost connection for a failed job; this one keeps them apart, see
// Job.Run. Of the SDK it uses what prepares, stages and submits.
//
// Package pipelines uses it, and package dataflow for Google's service, which is
// no job server.
package jobserver
