// Package storage publishes files whole or not at all.
//
//	store, err := storage.Open("out")
//	f, err := store.Create(ctx, "data/train-00000-of-00004.parquet")
//	defer f.Abandon()        // a no-op once published
//	_, err = f.Write(data)
//	err = f.Publish()        // now, and only now, the name exists
//
// Names are slash-separated paths below the store's root, without "." or ".."
// elements. What a File holds lies under a temporary name of its own, unique to
// the attempt, so that two attempts never share bytes; every temporary base
// name starts with a dot, which the usual readers of data folders ignore.
//
// Publishing is create-if-absent: a file that exists with equal content counts
// as published, which makes a repeated attempt harmless; one with different
// content is never replaced, see ErrConflict. Nothing here removes or changes a
// published file.
//
// The package knows nothing of what the files hold.
package storage
