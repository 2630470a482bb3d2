package storage

import (
	"context"
	"io"
)

// Store is one place that holds published files. Implementations are safe for
// concurrent use.
type Store interface {
	// Create begins a file. Missing folders are made. Nothing appears under
	// name before Publish. The context rules the file up to and with Publish.
	Create(ctx context.Context, name string) (File, error)
	// Open reads a published file; the error wraps fs.ErrNotExist when there is
	// none. The context rules the reader until it is closed.
	Open(ctx context.Context, name string) (Reader, error)
	// Stat describes a published file; the error wraps fs.ErrNotExist when there
	// is none.
	Stat(ctx context.Context, name string) (Info, error)
	// List returns the files whose names begin with prefix, sorted by name,
	// temporary files included. "" lists all. A root that does not exist holds no
	// files. The prefix need not end at a slash.
	List(ctx context.Context, prefix string) ([]Info, error)
	// Remove removes a published file. It is no error if there is none.
	Remove(ctx context.Context, name string) error
	// Lock takes the place for this process; a *LockedError, which wraps
	// ErrLocked, says who has it. It does not wait. A dead holder's lock does not
	// count. unlock may be called more than once. Buckets have no lock and need
	// none: there, as everywhere, two runs can only end in the same bytes or in
	// ErrConflict.
	Lock(ctx context.Context) (unlock func() error, err error)
	// Sweep removes the temporary files that dead attempts left, and no other
	// file. It returns their names, sorted. The caller holds the lock, or else
	// attempts that are alive fail.
	Sweep(ctx context.Context) (removed []string, err error)
	// String is the store's location as a person writes it and Open takes it.
	String() string
}

// File is a file being written. It is not safe for concurrent use.
type File interface {
	// Write adds to the file. After an error nothing of the file can be
	// published.
	io.Writer
	// Publish makes the bytes durable and gives them their name. An error means
	// that the name may be missing; what it shows is never part of a file.
	Publish() error
	// Abandon drops an unpublished file; after Publish it does nothing. It is
	// meant to be deferred.
	Abandon()
}

// Reader reads a published file. ReadAt is safe for concurrent use.
type Reader interface {
	io.ReadCloser
	io.ReaderAt
	Size() int64
}

// Info is one file of a store.
type Info struct {
	Name string // slash-separated, relative to the store's root
	Size int64  // bytes
}

// Temporary reports whether the file is an unpublished attempt, alive or left by
// a process that died.
func (i Info) Temporary() bool { return isTemp(i.Name) }

// ReadFile returns the whole of a published file.
func ReadFile(ctx context.Context, s Store, name string) ([]byte, error) {
	r, err := s.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// WriteFile publishes data under name.
func WriteFile(ctx context.Context, s Store, name string, data []byte) error {
	f, err := s.Create(ctx, name)
	if err != nil {
		return err
	}
	defer f.Abandon()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Publish()
}
