// Package storage publishes files whole or not at all, on local disks, in Google
// Cloud Storage and in memory.
//
//	store, err := storage.Open("out")  // or gs://bucket/folder, mem://name
//	f, err := store.Create(ctx, "data/train-00000-of-00004.parquet")
//	defer f.Abandon()        // a no-op once published
//	_, err = f.Write(data)
//	err = f.Publish()        // now, and only now, the name exists
//
// # Names
//
// A name is a slash-separated UTF-8 path below the store's root, without "." or
// ".." elements and control characters, each element of at most 255 bytes.
// Names are bytes: nothing is escaped, folded or normalised. Two base names are
// kept from users: those of temporary files and that of the lock.
//
// # Publishing
//
// What a File holds has no name before Publish. On local disks and in memory it
// lies under a temporary name, unique to the attempt, so that two attempts never
// share bytes; in a bucket it is an upload that nobody can see. A process that
// dies leaves temporary files at most; Sweep removes them.
//
// Publishing is create-if-absent: a file that exists with equal content counts
// as published, which makes a repeated or a late attempt harmless, and an
// acknowledgement that got lost too; one with different content is never
// replaced, see ErrConflict. Nothing but Remove changes or removes a published
// file.
//
// # Errors
//
// Errors wrap what callers act on: fs.ErrNotExist, fs.ErrPermission,
// fs.ErrClosed, ErrConflict, ErrLocked, ErrNoSpace, ErrReadOnly, ErrNoBucket and
// the cause of an ended context. Transient errors of a bucket are retried with
// growing, jittered pauses; what is returned has outlasted the retries.
//
// The package knows nothing of what the files hold. Its conformance suite is in
// storagetest, a decorator that makes stores fail on demand in faulty.
package storage
