// Package dataflow runs Beam pipelines as batch jobs of Google Cloud Dataflow: it
// stages what workers need, submits the job, waits for it and can cancel it.
//
//	var c schema.Check
//	options.Check(&c, "beam.dataflow") // all that is wrong, before any work
//	job, err := dataflow.Prepare(ctx, pipeline, options, dataflow.Run{Name: "annotate-7f3a", Threads: 4})
//	plan, err := job.Describe() // for a dry run
//	err = job.Run(ctx, stop, func(e dataflow.Event) { log.Println(e.JobID, e.State, e.Console) })
//
// # What is staged
//
// The workers' program, which is a build of this very program, goes to
// STAGING/<SHA-256>/worker and the pipeline's proto to STAGING/<SHA-256>/model.
// The names are functions of the content: the second job of one build uploads
// nothing but a few kilobytes, and two submissions never disturb each other.
// Nothing is removed; a lifecycle rule of the bucket may do that.
//
// # Exactly one job
//
// A request to create a job carries an identifier of its own, so it may be
// repeated: a job whose answer was lost is found by it and adopted. A job of the
// same name that somebody else runs is never adopted, see NameInUseError.
//
// # Ends
//
// Run returns nil if and only if the job is done. Closing stop cancels the job and
// waits until it has ended; ending the context asks for the cancellation once and
// waits for nothing. Both hold at any time, before the job exists too: nothing is
// left running that an error does not name. Answers that do not come are waited
// for, see Pace; whatever ends the wait for a job that goes on is a *LostError.
//
// # Secrets
//
// Google's application default credentials are used to sign requests, and for
// nothing else. A job carries what Options and Run say: no flag, no variable of
// the environment and no option of Beam's own gets into it.
//
// The package knows nothing of what the pipeline does. Package portable makes the
// proto, internal/storage the uploads; package dataflowtest has fakes of all that
// is spoken to.
package dataflow
