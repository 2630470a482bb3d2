package storage

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
)

// ErrConflict is wrapped by Publish when the name exists with other content:
// two attempts at the same file disagree, or the folder belongs to another run.
var ErrConflict = errors.New("a different file of that name exists already")

// Store is one place that holds published files. Implementations are safe for
// concurrent use.
type Store interface {
	// Create begins a file. Missing folders are made. Nothing appears under
	// name before Publish.
	Create(ctx context.Context, name string) (File, error)
	// Open reads a published file; the error wraps fs.ErrNotExist when there is
	// none.
	Open(ctx context.Context, name string) (Reader, error)
	// List returns every file below the store's root, sorted by name, temporary
	// files included. A root that does not exist holds no files.
	List(ctx context.Context) ([]Info, error)
	// String is the store's location as a person writes it.
	String() string
}

// File is a file being written. It is not safe for concurrent use.
type File interface {
	io.Writer
	// Publish makes the bytes durable and gives them their name. An error means
	// that the name may be missing; what it shows is never part of a file.
	Publish() error
	// Abandon drops an unpublished file; after Publish it does nothing. It is
	// meant to be deferred.
	Abandon()
}

// Reader reads a published file.
type Reader interface {
	io.ReadCloser
	io.ReaderAt
	Size() int64
}

// Info is one file of a listing.
type Info struct {
	Name string // slash-separated, relative to the store's root
	Size int64  // bytes
}

// Temporary reports whether the file is an unpublished attempt, left by a
// process that died.
func (i Info) Temporary() bool {
	base := path.Base(i.Name)
	return strings.HasPrefix(base, ".") && strings.HasSuffix(base, tempSuffix)
}

// tempSuffix ends the base name of every temporary file.
const tempSuffix = ".tmp"

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
