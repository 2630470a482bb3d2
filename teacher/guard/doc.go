// Package guard keeps a run going when a teacher fails: it is a teacher.Teacher
// around another one.
//
//	t := guard.New(model, guard.Options{Observe: log})
//	answers, err := t.Ground(ctx, batch) // as the model's, see below
//
// What it does about a failed run of the model:
//
//   - Out of memory: the halves are run instead, and the size that went well is
//     the limit for batches of that teacher.Shape from then on. An example that
//     does not fit alone gets an Answer.Err and says nothing about the limit.
//   - Any other error, a panic, or a run that was cancelled after
//     Options.RunLimit: the halves are run, and so on, until the example at
//     fault stands alone. It gets an Answer.Err; all others get their answers.
//   - A run that goes on although it was cancelled: it is left behind, and the
//     device counts as lost.
//
// A teacher at fault must not be mistaken for bad examples. So Ground fails when
// it finds more than Options.MaxBad faults in a batch, or when more examples than
// that have failed since the last that succeeded. An Answer.Err of the model
// itself counts as success: the model has looked at that example.
//
// The price: a fault in a batch of n costs at most 2⌈log2 n⌉ further runs, 12
// for 64; so does each halving of a shape's limit. No batch takes more than 2n-1
// runs.
//
// Which examples share a run after a failure depends on what happened before,
// so answers may then differ from those of a smooth run by float rounding. The
// limits last as long as the Teacher.
package guard
