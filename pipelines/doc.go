// Package pipelines runs jobs over many inputs with Apache Beam: plan the
// units, run a function per unit, commit what the units report. It is the only
// place in the module that imports Beam.
//
//	func init() { pipelines.Register("annotate", pipelines.Factory{Open: open, Identify: identify}) } // in the job's package
//
//	plan, err := pipelines.PlanFiles(ctx, "shards/*.tar", ".tar")
//	manifest, err := pipelines.Run(ctx, pipelines.Request{
//		Job: "annotate", Spec: spec, Output: "out", Split: "train", Plan: plan, Kinds: kinds,
//	}, pipelines.Options{Beam: pipelines.DefaultBeam(4)})
//
// A unit is one input file. A Job turns it into output files, whose bytes are a
// function of the unit and the spec alone, publishes them through package
// internal/storage and returns a schema.UnitSummary. The harness publishes the
// summary behind the unit's files, and when all units are there it checks the
// summaries against the files, writes manifest.json, and last of all _SUCCESS.
//
// # What is promised
//
// For one plan, one spec and one model a finished run is one set of files, byte
// for byte the same whatever the lanes, the crashes and the starts it took. The
// output folder is the only memory: run.json, published before anything else, says
// whose it is; a unit's summary, published behind its files, says that the unit is
// done; _SUCCESS, published last, that all are. Whatever a start finds, see State,
// it keeps the units that are whole, removes those that are not, and does the rest.
// It refuses a folder of another run, naming what differs.
//
// Publishing is create-if-absent, so an attempt that comes late changes nothing.
// A lock keeps two runs out of one folder where the store has locks; where it has
// none, both can only end in the same bytes.
//
// An input that cannot be read is tried again and then left out: the others are
// done, and the run ends with an *IncompleteError instead of _SUCCESS.
//
// # Beam
//
// Only descriptions of units and small tallies cross a stage of the Beam
// pipeline: what crosses one is held in the runner's memory. All heavy work is
// in one fused stage per lane; a lane runs its units one after the other.
//
// A Job is opened once per process and spec, and shared by all lanes.
//
// # Engines
//
// BeamOptions choose the engine: Prism inside this process, a job server (package
// jobserver) or Google Cloud Dataflow (package dataflow). Units are done here, or in
// workers on other machines, which start as this same program, see Init. Nothing but
// the output folder is between them and the process that started the run:
//
//   - The first worker writes run.json, because what computes, and on what, is
//     known to workers alone. Each proves that it is like the run and like the first
//     one; a *WorkerError says where not.
//   - The starting process reads off the units' summaries how far the run is, for
//     Options.Observe and the limits.
//   - The last stage leaves the sum of all outcomes, with the units that no worker
//     could read, in a note (schema.OutcomeName) that the starting process takes. A
//     job that has outlived its start leaves none in a finished folder.
//
// An engine may do a unit twice, at once or long after: publishing makes it one.
package pipelines
