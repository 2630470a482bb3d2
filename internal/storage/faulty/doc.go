// Package faulty makes a store fail on demand, for the tests of everything that
// writes.
//
//	memory := storage.NewMemory("out")
//	store := faulty.New(memory, faulty.Rule{Op: faulty.Publish, Path: "data/*", Nth: 2, Effect: faulty.LostAck})
//	defer storage.Mount(store)() // for code that opens mem://out itself
//	err := job(store)            // the second publish below data happened, job was told otherwise
//
// A Store counts and notes what is asked of it, of its files and of its readers.
// Rules say which of these operations fail, and how: before anything is done,
// half done, or done without word of it; with any error, when a disk is full to
// the byte, or by the death of the process, after which every operation fails
// and the store below shows what a restart finds.
//
// CrashEverywhere lets a job die at each of its operations in turn, starts it
// again and compares what it leaves with what a run without a crash leaves.
//
// A dead process's lock is released, as the operating system does it. Its
// temporary files stay. Handles of files that it had open below a local store
// stay open until they are collected as garbage.
package faulty
