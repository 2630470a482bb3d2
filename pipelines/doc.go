// Package pipelines runs jobs over many inputs with Apache Beam: plan the
// units, run a function per unit, commit what the units report. It is the only
// place in the module that imports Beam.
//
//	func init() { pipelines.Register("annotate", open) } // in the job's package
//
//	plan, err := pipelines.PlanFiles("shards/*.tar", ".tar")
//	manifest, err := pipelines.Run(ctx, pipelines.Request{
//		Job: "annotate", Spec: spec, Output: "out", Split: "train", Plan: plan,
//	}, pipelines.Options{Runner: "prism", Lanes: 4})
//
// A unit is one input file. A Job turns it into output files, whose bytes are a
// function of the unit and the spec alone, publishes them through package
// internal/storage and returns a schema.UnitSummary. The harness publishes the
// summary behind the unit's files, and when all units are there it checks the
// summaries against the files, writes manifest.json, and last of all _SUCCESS.
//
// Only descriptions of units and small tallies cross a stage of the Beam
// pipeline: what crosses one is held in the runner's memory. All heavy work is
// in one fused stage per lane; a lane runs its units one after the other.
//
// A Job is opened once per process and spec, and shared by all lanes.
package pipelines
